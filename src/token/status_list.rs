//! A status list (draft-ietf-oauth-status-list-21 §4): one bit for each session, 1 for a revoked one, packed from the least
//! significant bit of each byte, compressed by zlib, base64url.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

/// The `status_list` claim of a Status List Token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusList {
    /// The number of bits for each session: always 1.
    bits: u8,
    /// The compressed bits in base64url.
    lst: String,
}

/// The `status` claim of an access token (§6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusClaim {
    /// The place of the token's session.
    pub status_list: StatusReference,
}

/// The place of a session in a status list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReference {
    /// The index of its bit, from 0.
    pub idx: u32,
    /// The address of the list.
    pub uri: String,
}

impl StatusList {
    /// A list of `len` bits in which the bits at `places` are 1. Places beyond the end are ignored.
    pub fn new(len: u32, places: impl IntoIterator<Item = u32>) -> Self {
        let mut bytes = vec![0_u8; usize::try_from(len.div_ceil(8)).unwrap_or_default()];
        for place in places {
            let byte = usize::try_from(place / 8).ok().and_then(|at| bytes.get_mut(at));
            if let Some(byte) = byte {
                *byte |= 1 << (place % 8);
            }
        }
        Self { bits: 1, lst: URL_SAFE_NO_PAD.encode(compressed(&bytes)) }
    }
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    // The best compression takes several times as long and saves a few per cent.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // A write to memory cannot fail.
    let _written = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::ZlibDecoder;
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(list: &StatusList) -> Vec<u8> {
        let mut bytes = Vec::new();
        let packed = URL_SAFE_NO_PAD.decode(&list.lst).expect("base64url");
        ZlibDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("zlib");
        bytes
    }

    /// The example of the draft's §4.1 and §4.2.
    #[test]
    fn the_draft_s_own_example_comes_out() {
        let list = StatusList::new(16, [0, 3, 4, 5, 7, 8, 9, 13, 15]);
        assert_eq!(bytes_of(&list), [0xb9, 0xa3]);
        // The draft uses a better compression, and so another zlib header; the bits are the same.
        assert_eq!(bytes_of(&StatusList { bits: 1, lst: "eNrbuRgAAhcBXQ".into() }), [0xb9, 0xa3]);
        assert_eq!(serde_json::to_string(&list).expect("JSON"), r#"{"bits":1,"lst":"eJzbuRgAAhcBXQ"}"#);
    }

    #[test]
    fn an_empty_list_of_a_million_is_small() {
        let list = StatusList::new(1 << 20, []);
        assert!(list.lst.len() < 256, "{}", list.lst.len());
        assert_eq!(bytes_of(&list), vec![0; 131_072]);
    }

    proptest! {
        #[test]
        fn every_bit_is_where_it_belongs(places in proptest::collection::btree_set(0_u32..1000, 0..50)) {
            let bytes = bytes_of(&StatusList::new(1000, places.iter().copied()));
            prop_assert_eq!(bytes.len(), 125);
            for place in 0..1000_u32 {
                let bit = bytes[usize::try_from(place / 8).expect("small")] >> (place % 8) & 1;
                prop_assert_eq!(bit == 1, places.contains(&place));
            }
        }
    }
}
