//! How the headers of a request give the length of its body (RFC 9112 §6).

const CONNECT: &[u8] = b"CONNECT ";
const CONTENT_LENGTH: &[u8] = b"content-length:";
const TRANSFER_ENCODING: &[u8] = b"transfer-encoding:";

/// The length of the body, as far as the headers seen so far determine it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyLength {
    /// The request has no body.
    None,
    /// `Content-Length`. A length of 0 is kept, because a second header would contradict it.
    Bytes(u64),
    /// Its chunks say where it ends (RFC 9112 §7.1).
    Chunked,
    /// The end of the request cannot be found with certainty.
    Uncertain,
}

impl BodyLength {
    /// The state after a further header. `whole` is the line, if it was stored completely; `start` is its start.
    pub(super) fn after(self, whole: Option<&[u8]>, start: &[u8]) -> Self {
        if !matches!(start.first(), Some(b'c' | b'C' | b't' | b'T')) {
            return self;
        }
        let is = |name: &[u8]| start.get(..name.len()).is_some_and(|known| known.eq_ignore_ascii_case(name));
        let value = |name: &[u8]| whole.and_then(|line| line.get(name.len()..)).map(<[u8]>::trim_ascii);
        // actix-http gives it a body without an end.
        if start.starts_with(CONNECT) {
            return Self::Uncertain;
        }
        if is(CONTENT_LENGTH) {
            let length = value(CONTENT_LENGTH).filter(|_| self == Self::None).and_then(length);
            return length.map_or(Self::Uncertain, Self::Bytes);
        }
        if is(TRANSFER_ENCODING) {
            let chunked = value(TRANSFER_ENCODING).filter(|_| self == Self::None);
            let is_chunked = chunked.is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"));
            return if is_chunked { Self::Chunked } else { Self::Uncertain };
        }
        self
    }
}

/// Digits only (RFC 9112 §6.3).
fn length(value: &[u8]) -> Option<u64> {
    let digits = value.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(value).ok())??;
    digits.parse().ok()
}
