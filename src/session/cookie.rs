//! The session cookie's value: `version ‖ ring key id ‖ session id ‖ MAC`, base64url.
//!
//! The id would be enough to find the row. The MAC rejects forged values without a database query.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::base::id::SessionId;
use crate::base::seal::{MAC_LEN, Purpose, Ring};
use crate::base::secret::Plain;

/// A derivation label of its own: a refresh token is never accepted as a cookie, nor a cookie as a refresh token.
const PURPOSE: Purpose<'static> = Purpose { name: "session cookie", of: b"" };
/// The length of version and key id, which precede the session id, in bytes.
const HEAD: usize = MAC_LEN - 32;

/// Encodes the cookie value of a session.
pub fn encode(ring: &Ring, session: SessionId) -> Plain {
    let mark = ring.mac(PURPOSE, session.0.as_bytes());
    let (head, tag) = mark.split_at(HEAD);
    Plain::new(URL_SAFE_NO_PAD.encode([head, session.0.as_bytes(), tag].concat()))
}

/// The session that a value names; `None` for a value that [`encode`] did not make with a key of this ring (SE-04).
pub fn decode(ring: &Ring, value: &str) -> Option<SessionId> {
    if value.len() > 128 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (id, tag) = rest.split_first_chunk::<16>()?;
    ring.verify_mac(PURPOSE, id, &[head, tag].concat()).then(|| SessionId(Uuid::from_bytes(*id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seal::generate_key;

    /// SE-04, SE-17, FZ-05: altered, truncated and random values are rejected.
    #[test]
    fn only_what_was_made_here_is_read() {
        let key = generate_key();
        let ring = Ring::parse([key.expose()]).expect("a ring");
        let id = SessionId(Uuid::from_u128(7));
        let value = encode(&ring, id);
        assert_eq!(decode(&ring, value.expose()), Some(id));
        let bytes = URL_SAFE_NO_PAD.decode(value.expose()).expect("base64");
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&ring, &URL_SAFE_NO_PAD.encode(bent)), None, "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert_eq!(decode(&ring, &URL_SAFE_NO_PAD.encode(&bytes[..length])), None);
        }
        assert_eq!(decode(&ring, "\u{0}"), None);
        assert_eq!(decode(&ring, &"A".repeat(5000)), None);
        let other = generate_key();
        let other = Ring::parse([other.expose()]).expect("a ring");
        assert_eq!(decode(&other, value.expose()), None);
    }
}
