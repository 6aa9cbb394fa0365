//! Finds the end of a chunked body (RFC 9112 §7.1).
//!
//! It accepts no more than the decoder of actix-http does: a body that one of the two ends elsewhere would let the next
//! request be read from within it.

/// The position in a chunked body: what the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunked {
    /// The first digit of a size.
    Size,
    /// A further digit, or what follows the digits.
    Digit(u64),
    /// White space after the digits.
    Space(u64),
    /// A chunk extension, which is ignored.
    Extension(u64),
    /// The line feed after a size.
    SizeEnd(u64),
    /// The data of a chunk, of which so many bytes are left.
    Data(u64),
    /// The carriage return after the data.
    DataReturn,
    /// The line feed after the data.
    DataEnd,
    /// A trailer, or the carriage return of the empty line that ends the body.
    TrailerStart,
    /// The rest of a trailer, which is ignored.
    Trailer,
    /// The line feed after a trailer.
    TrailerEnd,
    /// The last line feed.
    LastLineFeed,
    /// Behind the last chunk and its trailers.
    Complete,
    /// The bytes are not a chunked body.
    Invalid,
}

impl Chunked {
    /// Reads at least one of the bytes, and at most to the end of the body: the position then, the bytes used, and of
    /// these the body data.
    pub(super) fn read(self, bytes: &[u8]) -> (Self, usize, u64) {
        if let Self::Data(left) = self {
            let used = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            let left = left - used as u64;
            let next = if left == 0 { Self::DataReturn } else { Self::Data(left) };
            return (next, used, used as u64);
        }
        let mut position = self;
        for (at, byte) in bytes.iter().enumerate() {
            position = position.after(*byte);
            if matches!(position, Self::Data(_) | Self::Complete | Self::Invalid) {
                return (position, at + 1, 0);
            }
        }
        (position, bytes.len(), 0)
    }

    /// The position after a byte that is not data.
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Size, _) => digit(0, byte),
            (Self::Digit(size) | Self::Space(size) | Self::Extension(size), b'\r') => Self::SizeEnd(size),
            (Self::Digit(size) | Self::Space(size), b' ' | b'\t') => Self::Space(size),
            (Self::Digit(size) | Self::Space(size), b';') | (Self::Extension(size), b'\t' | b' '..=b'~' | 0x80..) => {
                Self::Extension(size)
            }
            (Self::Digit(size), _) => digit(size, byte),
            (Self::SizeEnd(0) | Self::TrailerEnd, b'\n') => Self::TrailerStart,
            (Self::SizeEnd(size), b'\n') => Self::Data(size),
            (Self::DataReturn, b'\r') => Self::DataEnd,
            (Self::DataEnd, b'\n') => Self::Size,
            (Self::TrailerStart, b'\r') => Self::LastLineFeed,
            (Self::Trailer, b'\r') => Self::TrailerEnd,
            // A bare line feed: actix-http does not take it for the end of a trailer, others do.
            (Self::TrailerStart | Self::Trailer, b'\n') => Self::Invalid,
            (Self::TrailerStart | Self::Trailer, _) => Self::Trailer,
            (Self::LastLineFeed, b'\n') => Self::Complete,
            _ => Self::Invalid,
        }
    }
}

fn digit(size: u64, byte: u8) -> Chunked {
    let digit = char::from(byte).to_digit(16).map(u64::from);
    let size = digit.and_then(|digit| size.checked_mul(16)?.checked_add(digit));
    size.map_or(Chunked::Invalid, Chunked::Digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the body, its data, and where it ends, when it arrives in pieces of that size.
    fn read(text: &str, piece: usize) -> (usize, u64, Chunked) {
        let (mut position, mut used, mut data) = (Chunked::Size, 0, 0);
        for bytes in text.as_bytes().chunks(piece) {
            let mut rest = bytes;
            while !rest.is_empty() && !matches!(position, Chunked::Complete | Chunked::Invalid) {
                let (next, step, of_data) = position.read(rest);
                assert!(step > 0, "no progress in {text:?}");
                (position, used, data) = (next, used + step, data + of_data);
                rest = &rest[step..];
            }
        }
        (used, data, position)
    }

    #[test]
    fn a_body_ends_with_the_empty_line_after_the_last_chunk() {
        let cases = [
            ("0\r\n\r\n", 0),
            ("000\r\n\r\n", 0),
            ("3\r\nabc\r\n0\r\n\r\n", 3),
            ("00000000000000000000003\r\nabc\r\n0\r\n\r\n", 3),
            ("A\r\n0123456789\r\n1 \t\r\n\n\r\n0\r\n\r\n", 11),
            ("3;x=\"y\u{e9}\";z\t\r\nabc\r\n0 ;x\r\n\r\n", 3),
            ("2\r\n\r\n\r\n0\r\nA: b\r\nC\r\n\r\n", 2),
        ];
        for (body, data) in cases {
            for piece in [1, 2, 3, 1000] {
                let whole = (body.len(), data, Chunked::Complete);
                assert_eq!(read(&format!("{body}GET / HTTP/1.1\r\n\r\n"), piece), whole, "{body:?} by {piece}");
                let unfinished = read(&body[..body.len() - 1], piece);
                assert_ne!(unfinished.2, Chunked::Complete, "{body:?} without its last byte");
            }
        }
    }

    #[test]
    fn what_is_no_chunked_body_is_invalid() {
        let cases = [
            "\r\n",
            " 3\r\n",
            "+3\r\n",
            "-3\r\n",
            "0x3\r\n",
            "g\r\n",
            ";x\r\n",
            "3 3\r\n",
            "3\n",
            "3\r\r\n",
            "3\0\r\n",
            "3;x\n",
            "3;x\ry\r\n",
            "3;\0\r\n",
            "3;\x7f\r\n",
            "ffffffffffffffffff\r\n",
            "10000000000000000\r\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n",
            "3\r\nabc0\r\n",
            "3\r\nabc\rx",
            "0\r\n\n",
            "0\r\nA: b\n\r\n",
            "0\r\nA: b\rx\r\n",
            "0\r\n\rx",
        ];
        for text in cases {
            for piece in [1, 2, 1000] {
                assert_eq!(read(text, piece).2, Chunked::Invalid, "{text:?} by {piece}");
            }
        }
    }
}
