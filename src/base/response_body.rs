//! The body of a response: within the size limit, without a content coding and without a byte order mark.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

/// A byte order mark in UTF-8, which a reader of JSON may ignore (RFC 8259 §8.1).
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
/// The longest name of a coding that an error shows.
const MAX_SHOWN: usize = 32;

/// Why a body cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadBody {
    /// Decoded, it is larger than the limit.
    TooLarge,
    /// It has a content coding that is not understood; with its name, if it may be shown.
    Coding(String),
    /// It was encoded more than once: each layer could be as large as the limit.
    SeveralCodings,
    /// It is not what its coding says.
    Damaged,
}

/// Decodes a body of at most `max` bytes. Requests ask for `identity`; some servers send gzip all the same.
pub(super) fn decode(headers: &mut HeaderMap, body: Vec<u8>, max: usize) -> Result<Vec<u8>, BadBody> {
    let codings = codings(headers);
    let mut body = match codings.as_slice() {
        [] => body,
        // A response without content may name the coding that its content would have.
        _ if body.is_empty() => body,
        [gzip] if ["gzip", "x-gzip"].contains(&gzip.as_str()) => gunzip(&body, max)?,
        [other] => return Err(BadBody::Coding(shown(other))),
        _ => return Err(BadBody::SeveralCodings),
    };
    headers.remove(CONTENT_LENGTH);
    headers.remove(CONTENT_ENCODING);
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(body)
}

/// The content codings but `identity`, in the order in which they were applied (RFC 9110 §8.4).
fn codings(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(CONTENT_ENCODING).iter().map(|value| value.to_str().unwrap_or("unreadable"));
    let names = values.flat_map(|value| value.split(',')).map(|coding| coding.trim().to_ascii_lowercase());
    names.filter(|name| !["", "identity"].contains(&name.as_str())).collect()
}

fn gunzip(body: &[u8], max: usize) -> Result<Vec<u8>, BadBody> {
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoded = Vec::new();
    MultiGzDecoder::new(body).take(limit).read_to_end(&mut decoded).map_err(|_| BadBody::Damaged)?;
    if decoded.len() > max { Err(BadBody::TooLarge) } else { Ok(decoded) }
}

fn shown(coding: &str) -> String {
    let is_shown = coding.len() <= MAX_SHOWN && coding.bytes().all(|byte| byte.is_ascii_graphic());
    if is_shown { coding.to_owned() } else { "unreadable".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).expect("written");
        encoder.finish().expect("gzip")
    }

    fn decoded(codings: &[&'static str], body: Vec<u8>) -> Result<Vec<u8>, BadBody> {
        let mut headers = HeaderMap::new();
        for coding in codings {
            headers.append(CONTENT_ENCODING, coding.parse().expect("a header"));
        }
        let decoded = decode(&mut headers, body, 1000)?;
        assert!(!headers.contains_key(CONTENT_ENCODING));
        Ok(decoded)
    }

    #[test]
    fn gzip_and_a_byte_order_mark_are_understood() {
        let (plain, mark) = (b"{\"a\":1}".to_vec(), [BYTE_ORDER_MARK, b"{\"a\":1}"].concat());
        for (codings, body) in [
            (&[][..], plain.clone()),
            (&["identity"], plain.clone()),
            (&[], mark.clone()),
            (&["gzip"], gzip(&plain)),
            (&["GZip"], gzip(&mark)),
            (&["x-gzip"], gzip(&plain)),
            (&["identity, gzip"], gzip(&plain)),
            (&["gzip", "identity, "], gzip(&plain)),
            (&["gzip"], [gzip(b"{\"a\""), gzip(b":1}")].concat()),
        ] {
            assert_eq!(decoded(codings, body), Ok(plain.clone()), "{codings:?}");
        }
        assert_eq!(decoded(&["gzip"], vec![]), Ok(vec![]));
        assert_eq!(decoded(&[], BYTE_ORDER_MARK.to_vec()), Ok(vec![]));
    }

    /// A small body must not become a large one.
    #[test]
    fn a_body_that_cannot_be_used_is_named() {
        assert_eq!(decoded(&["gzip"], gzip(&vec![b' '; 1000])).map(|body| body.len()), Ok(1000));
        assert_eq!(decoded(&["gzip"], gzip(&vec![b' '; 1001])), Err(BadBody::TooLarge));
        assert_eq!(decoded(&["gzip"], gzip(&vec![0; 10_000_000])), Err(BadBody::TooLarge));
        assert_eq!(decoded(&["gzip"], b"{}".to_vec()), Err(BadBody::Damaged));
        assert_eq!(decoded(&["gzip"], gzip(b"{}")[..15].to_vec()), Err(BadBody::Damaged));
        assert_eq!(decoded(&["br"], b"x".to_vec()), Err(BadBody::Coding("br".into())));
        for several in [&["gzip, zstd"][..], &["gzip, gzip"], &["gzip", "gzip"], &["gzip,gzip,gzip"]] {
            assert_eq!(decoded(several, gzip(&gzip(b"{}"))), Err(BadBody::SeveralCodings), "{several:?}");
        }
    }
}
