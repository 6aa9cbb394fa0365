//! Where a request ends in the bytes of a connection (RFC 9112 §6).
//!
//! actix-http parses the bytes; this only finds the end, so that a connection hands over one request at a time. Where the
//! end cannot be found with certainty, the request is invalid and the connection is closed: the two must never disagree.

/// Fits `Transfer-Encoding: chunked` and `Content-Length` with 20 digits, with some white space.
const LINE_KEPT: usize = 64;

/// What of some bytes belongs to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Consumed {
    /// The bytes of this request; what follows them belongs to the next one.
    pub(super) used: usize,
    /// Of these, the bytes of body data. Chunk sizes and extensions are not counted.
    pub(super) data: u64,
}

/// How much of the request has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing but empty lines.
    Start,
    /// Part of the head.
    Head,
    /// The head, and part of the body.
    Body,
    /// The whole request.
    Complete,
    /// The end cannot be found with certainty.
    Invalid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Head,
    Length(u64),
    ChunkSize { size: u64, in_extension: bool },
    ChunkData(u64),
    ChunkEnd,
    Trailers,
    Invalid,
    Complete,
}

/// Finds the end of one request after another.
pub(super) struct Framing {
    state: State,
    /// The state after the head, from the headers seen so far.
    after_head: State,
    line: [u8; LINE_KEPT],
    /// The length of the current line, also beyond what is kept.
    line_length: usize,
    /// Whether the last byte of the current line is a carriage return.
    ends_in_cr: bool,
}

impl Framing {
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            after_head: State::Complete,
            line: [0; LINE_KEPT],
            line_length: 0,
            ends_in_cr: false,
        }
    }

    /// Begins the next request.
    pub(super) fn reset(&mut self) {
        self.state = State::Start;
        self.after_head = State::Complete;
        self.line_length = 0;
    }

    pub(super) fn phase(&self) -> Phase {
        match self.state {
            State::Start => Phase::Start,
            State::Head => Phase::Head,
            State::Complete => Phase::Complete,
            State::Invalid => Phase::Invalid,
            _ => Phase::Body,
        }
    }

    /// Consumes bytes up to the end of the request; at least one, unless the request is complete.
    pub(super) fn consume(&mut self, bytes: &[u8]) -> Consumed {
        let (mut rest, mut data) = (bytes, 0);
        while !rest.is_empty() && !matches!(self.state, State::Complete | State::Invalid) {
            let (used, of_data) = self.step(rest);
            data += of_data;
            rest = rest.get(used..).unwrap_or_default();
        }
        Consumed { used: bytes.len() - rest.len(), data }
    }

    /// One step over at least one byte: the bytes used, and of these the body data.
    fn step(&mut self, rest: &[u8]) -> (usize, u64) {
        match self.state {
            State::Start => (self.skip_empty_lines(rest), 0),
            State::Head | State::Trailers => (self.read_line(rest), 0),
            State::Length(left) => {
                let (used, left) = take(left, rest);
                self.state = if left == 0 { State::Complete } else { State::Length(left) };
                (used, used as u64)
            }
            State::ChunkSize { size, in_extension } => (self.read_chunk_size(size, in_extension, rest), 0),
            State::ChunkData(left) => {
                let (used, left) = take(left, rest);
                self.state = if left == 0 { State::ChunkEnd } else { State::ChunkData(left) };
                (used, used as u64)
            }
            State::ChunkEnd => {
                let line_feed = memchr::memchr(b'\n', rest);
                if line_feed.is_some() {
                    self.state = State::ChunkSize { size: 0, in_extension: false };
                }
                (line_feed.map_or(rest.len(), |at| at + 1), 0)
            }
            State::Invalid | State::Complete => (rest.len(), 0),
        }
    }

    /// Empty lines may precede a request line (RFC 9112 §2.2).
    fn skip_empty_lines(&mut self, rest: &[u8]) -> usize {
        let other = rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
        if other.is_some() {
            self.state = State::Head;
        }
        other.unwrap_or(rest.len())
    }

    fn read_line(&mut self, rest: &[u8]) -> usize {
        let line_feed = memchr::memchr(b'\n', rest);
        let part = rest.get(..line_feed.unwrap_or(rest.len())).unwrap_or_default();
        let free = self.line.get_mut(self.line_length.min(LINE_KEPT)..).unwrap_or_default();
        free.iter_mut().zip(part).for_each(|(kept, byte)| *kept = *byte);
        self.line_length = self.line_length.saturating_add(part.len());
        if let Some(last) = part.last() {
            self.ends_in_cr = *last == b'\r';
        }
        if let Some(at) = line_feed {
            self.end_line();
            return at + 1;
        }
        rest.len()
    }

    fn end_line(&mut self) {
        let kept = self.line.get(..self.line_length).map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        match (kept, self.state) {
            // actix-http takes a bare line feed in a head for the end of a line, but not in trailers.
            (_, State::Trailers) if !self.ends_in_cr => self.state = State::Invalid,
            (Some([]), State::Head) => self.state = self.after_head,
            (Some([]), _) => self.state = State::Complete,
            (_, State::Head) => self.end_header(kept.is_some()),
            _ => {}
        }
        self.line_length = 0;
        self.ends_in_cr = false;
    }

    fn end_header(&mut self, is_whole: bool) {
        let length = self.line_length.saturating_sub(usize::from(self.ends_in_cr));
        let whole = is_whole.then(|| self.line.get(..length).unwrap_or_default());
        self.after_head = body_after(self.after_head, whole, &self.line);
        if self.after_head == State::Invalid {
            self.state = State::Invalid;
        }
    }

    fn read_chunk_size(&mut self, mut size: u64, mut in_extension: bool, rest: &[u8]) -> usize {
        for (at, byte) in rest.iter().enumerate() {
            let digit = char::from(*byte).to_digit(16).filter(|_| !in_extension);
            match (byte, digit.map(|digit| size.checked_mul(16).map(|size| size + u64::from(digit)))) {
                (b'\n', _) => {
                    self.state = if size == 0 { State::Trailers } else { State::ChunkData(size) };
                    return at + 1;
                }
                (_, Some(Some(larger))) => size = larger,
                (_, Some(None)) => {
                    self.state = State::Invalid;
                    return at + 1;
                }
                (_, None) => in_extension = true,
            }
        }
        self.state = State::ChunkSize { size, in_extension };
        rest.len()
    }
}

/// How many of these bytes belong to a part that lacks `left` bytes, and how many it lacks then.
fn take(left: u64, rest: &[u8]) -> (usize, u64) {
    let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
    (used, left - used as u64)
}

/// The state after the head, once another header is known. `whole` is the line, where it was kept whole.
fn body_after(before: State, whole: Option<&[u8]>, kept: &[u8]) -> State {
    if !matches!(kept.first(), Some(b'c' | b'C' | b't' | b'T' | b'u' | b'U')) {
        return before;
    }
    let is = |name: &[u8]| kept.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let value = |name: &[u8]| whole.and_then(|line| line.get(name.len()..)).map(<[u8]>::trim_ascii);
    // actix-http gives these a body without an end.
    if kept.starts_with(CONNECT) || is(UPGRADE) && value(UPGRADE).is_none_or(is_websocket) {
        return State::Invalid;
    }
    if is(CONTENT_LENGTH) && !matches!(before, State::ChunkSize { .. }) {
        let length = value(CONTENT_LENGTH).and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
        return match length {
            Some(0) => State::Complete,
            Some(length) => State::Length(length),
            None => State::Invalid,
        };
    }
    if is(TRANSFER_ENCODING) {
        let chunked = value(TRANSFER_ENCODING).is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"));
        return if chunked { State::ChunkSize { size: 0, in_extension: false } } else { State::Invalid };
    }
    before
}

fn is_websocket(value: &[u8]) -> bool {
    value.windows(WEBSOCKET.len()).any(|part| part.eq_ignore_ascii_case(WEBSOCKET))
}

const CONNECT: &[u8] = b"CONNECT ";
const UPGRADE: &[u8] = b"upgrade:";
const WEBSOCKET: &[u8] = b"websocket";
const CONTENT_LENGTH: &[u8] = b"content-length:";
const TRANSFER_ENCODING: &[u8] = b"transfer-encoding:";

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the first request, and its body data, when the text arrives in pieces of that size.
    fn consumed(text: &str, piece: usize) -> (usize, u64, Phase) {
        let (mut framing, mut used, mut data) = (Framing::new(), 0, 0);
        for bytes in text.as_bytes().chunks(piece) {
            let step = framing.consume(bytes);
            assert!(step.used > 0 || framing.phase() == Phase::Complete, "no progress in {text:?}");
            (used, data) = (used + step.used, data + step.data);
            if matches!(framing.phase(), Phase::Complete | Phase::Invalid) {
                break;
            }
        }
        (used, data, framing.phase())
    }

    #[test]
    fn a_request_ends_where_its_head_and_body_say() {
        let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(500));
        let cases: [(&str, &str, u64); 13] = [
            ("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", 0),
            ("\r\n\r\nGET / HTTP/1.1\r\nA: b\r\n\r\n", "GET", 0),
            ("GET / HTTP/1.1\nA: b\n\n", "GET", 0),
            (&long, &long, 0),
            ("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab\r\nc", "x", 5),
            ("POST / HTTP/1.1\r\ncontent-length:0\r\n\r\n", "x", 0),
            ("POST / HTTP/1.1\r\nCoNtEnT-LeNgTh:  \t 3 \r\nA: b\r\n\r\nabc", "GET", 3),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET", 0),
            ("POST / HTTP/1.1\r\nTransfer-Encoding:chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "GET", 3),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\nA;b=c\r\n0123456789\r\n0;x\r\n\r\n", "G", 10),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: 1\r\nU: 2\r\n\r\n", "G", 1),
            ("POST / HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "", 1),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n1\r\na\r\n0\r\n\r\n", "", 1),
        ];
        for (request, next, data) in cases {
            for piece in [1, 2, 3, 7, 1000] {
                let whole = (request.len(), data, Phase::Complete);
                assert_eq!(consumed(&format!("{request}{next}"), piece), whole, "{request:?} by {piece}");
                let unfinished = consumed(&request[..request.len() - 1], piece);
                assert!(unfinished.2 != Phase::Complete, "{request:?} without its last byte");
            }
        }
    }

    /// FZ-04: each of these is read in another way by actix-http, or has no end.
    #[test]
    fn a_request_whose_end_is_uncertain_is_invalid() {
        let padded = format!("POST / HTTP/1.1\r\nContent-Length:{}5\r\n\r\nabc", " ".repeat(100));
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        let cases = [
            padded.clone(),
            "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\nabc".to_owned(),
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nabc".to_owned(),
            "POST / HTTP/1.1\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
            "GET / HTTP/1.1\r\nupgrade: h2c, WebSocket\r\n\r\n".to_owned(),
            "CONNECT example.com:443 HTTP/1.1\r\n\r\n".to_owned(),
            format!("{chunked}ffffffffffffffffff\r\nabc"),
            format!("{chunked}2\r\n{{}}\r\n0\r\n\n"),
            format!("{chunked}2\r\n{{}}\r\n0\r\nA: b\n\n"),
            format!("{chunked}0\r\n{}\n\r\n", "A: b".repeat(100)),
        ];
        for text in cases {
            for piece in [1, 2, 1000] {
                assert_eq!(consumed(&text, piece).2, Phase::Invalid, "{text:?} by {piece}");
            }
        }
    }

    #[test]
    fn other_upgrades_are_ignored() {
        let request = "GET / HTTP/1.1\r\nUpgrade-Insecure-Requests: 1\r\nUpgrade: h2c\r\n\r\n";
        assert_eq!(consumed(request, 3), (request.len(), 0, Phase::Complete));
    }

    #[test]
    fn chunk_extensions_are_no_progress() {
        let (used, data, phase) = consumed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;aaaaaaaaaaaa", 1);
        assert_eq!((used, data, phase), (61, 0, Phase::Body));
    }

    #[test]
    fn requests_are_found_one_after_another() {
        let text = "GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 1\r\n\r\naGET / HTTP/1.1\r\n\r\n";
        let (mut framing, mut rest, mut lengths) = (Framing::new(), text.as_bytes(), vec![]);
        while !rest.is_empty() {
            let Consumed { used, .. } = framing.consume(rest);
            assert_eq!(framing.phase(), Phase::Complete);
            lengths.push(used);
            rest = &rest[used..];
            framing.reset();
        }
        assert_eq!(lengths, [18, 39, 18]);
    }
}
