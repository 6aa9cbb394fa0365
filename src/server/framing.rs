//! Finds the end of a request in the bytes of a connection (RFC 9112 §6).
//!
//! actix-http parses the bytes; this only finds the end, so that a connection hands over one request at a time. If the
//! end cannot be found with certainty, the request is invalid and the connection is closed: the two must never disagree.

use super::body_length::BodyLength;
use super::chunked::Chunked;
use super::head_line::{HeadLine, UPGRADE};

/// The part of some bytes that belongs to the request.
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
    /// The whole request was read, with its body.
    Complete,
    /// The end cannot be found with certainty.
    Invalid(Fault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Head,
    Length(u64),
    Chunked(Chunked),
    Invalid(Fault),
    Complete,
}

/// Why the end of a request cannot be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The head leaves open where the body ends.
    Length,
    /// A POST of HTTP/1.0 has no `Content-Length` (RFC 1945 §7.2.2).
    NoLength,
    /// The body is not chunked as it should be.
    Chunk,
}

/// Finds the end of one request after another.
pub(super) struct Framing {
    state: State,
    /// The length of the body, as far as the headers seen so far determine it.
    body: BodyLength,
    line: HeadLine,
    /// Whether the current line is the first one.
    is_request_line: bool,
    /// Whether the body has to have a length: in a POST of HTTP/1.0.
    needs_length: bool,
}

impl Framing {
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            body: BodyLength::None,
            line: HeadLine::new(),
            is_request_line: true,
            needs_length: false,
        }
    }

    /// Begins the next request.
    pub(super) fn reset(&mut self) {
        self.state = State::Start;
        self.body = BodyLength::None;
        self.line.clear();
        self.is_request_line = true;
        self.needs_length = false;
    }

    pub(super) fn phase(&self) -> Phase {
        match self.state {
            State::Start => Phase::Start,
            State::Head => Phase::Head,
            State::Complete => Phase::Complete,
            State::Invalid(fault) => Phase::Invalid(fault),
            _ => Phase::Body,
        }
    }

    /// Consumes bytes up to the end of the request; at least one, unless the request is complete. The value of `Upgrade` is made
    /// unreadable: a server may ignore the header (RFC 9110 §7.8), but actix-http gives a request with `websocket` in it a
    /// body without an end.
    pub(super) fn consume(&mut self, bytes: &mut [u8]) -> Consumed {
        let (mut total, mut data) = (0, 0);
        while !matches!(self.state, State::Complete | State::Invalid(_)) {
            let Some(rest) = bytes.get_mut(total..).filter(|rest| !rest.is_empty()) else { break };
            let (used, of_data) = self.step(rest);
            data += of_data;
            total += used;
        }
        Consumed { used: total, data }
    }

    /// One step over at least one byte: the bytes used, and of these the body data.
    fn step(&mut self, rest: &mut [u8]) -> (usize, u64) {
        match self.state {
            State::Start => (self.skip_empty_lines(rest), 0),
            State::Head => (self.read_line(rest), 0),
            State::Length(left) => {
                let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let left = left - used as u64;
                self.state = if left == 0 { State::Complete } else { State::Length(left) };
                (used, used as u64)
            }
            State::Chunked(position) => {
                let (position, used, data) = position.read(rest);
                self.state = match position {
                    Chunked::Complete => State::Complete,
                    Chunked::Invalid => State::Invalid(Fault::Chunk),
                    position => State::Chunked(position),
                };
                (used, data)
            }
            State::Invalid(_) | State::Complete => (rest.len(), 0),
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

    fn read_line(&mut self, rest: &mut [u8]) -> usize {
        let known = self.line.len();
        let (used, has_ended) = self.line.read(rest);
        if self.line.is_upgrade() {
            let value = rest.iter_mut().take(used).skip(UPGRADE.len().saturating_sub(known));
            value.filter(|byte| byte.is_ascii_alphabetic()).for_each(|byte| *byte = b'x');
        }
        if has_ended {
            self.end_line();
        }
        used
    }

    fn end_line(&mut self) {
        if self.is_request_line {
            self.is_request_line = false;
            self.needs_length = self.line.is_post_of_http_1_0();
        }
        if self.line.whole().is_some_and(<[u8]>::is_empty) {
            self.state = self.after_head();
        } else {
            self.body = self.body.after(self.line.whole(), self.line.start());
            if self.body == BodyLength::Uncertain {
                self.state = State::Invalid(Fault::Length);
            }
        }
        self.line.clear();
    }

    fn after_head(&self) -> State {
        match self.body {
            BodyLength::None if self.needs_length => State::Invalid(Fault::NoLength),
            BodyLength::None | BodyLength::Bytes(0) => State::Complete,
            BodyLength::Bytes(length) => State::Length(length),
            BodyLength::Chunked => State::Chunked(Chunked::Size),
            BodyLength::Uncertain => State::Invalid(Fault::Length),
        }
    }
}

#[cfg(test)]
mod decoder;

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the first request, and its body data, when the text arrives in pieces of that size.
    fn consumed(text: &str, piece: usize) -> (usize, u64, Phase) {
        let (mut framing, mut used, mut data) = (Framing::new(), 0, 0);
        for bytes in text.as_bytes().to_vec().chunks_mut(piece) {
            let step = framing.consume(bytes);
            assert!(step.used > 0 || framing.phase() == Phase::Complete, "no progress in {text:?}");
            (used, data) = (used + step.used, data + step.data);
            if matches!(framing.phase(), Phase::Complete | Phase::Invalid(_)) {
                break;
            }
        }
        (used, data, framing.phase())
    }

    #[test]
    fn a_request_ends_where_its_head_and_body_say() {
        let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(500));
        let cases: [(&str, &str, u64); 11] = [
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

    /// FZ-04: other programs read these in another way, or they have no end.
    #[test]
    fn a_request_whose_end_is_uncertain_is_invalid() {
        let heads = [
            &format!("Content-Length:{}5", " ".repeat(100)),
            "Content-Length: x",
            "Content-Length:",
            "Content-Length: +5",
            "Content-Length: -5",
            "Content-Length: 5,5",
            "Content-Length: 5 5",
            "Content-Length: 0x5",
            "Content-Length: 18446744073709551616",
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 0\r\ncontent-length: 5",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Content-Length: 0\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: chunked;x",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding:",
        ];
        let heads = heads.map(|head| (format!("POST / HTTP/1.1\r\n{head}\r\n\r\nabcde"), Fault::Length));
        let connect = ("CONNECT example.com:443 HTTP/1.1\r\n\r\n".to_owned(), Fault::Length);
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunked =
            ["ffffffffffffffffff\r\n", "2\r\n{}\r\n0\r\n\n"].map(|body| (format!("{chunked}{body}"), Fault::Chunk));
        for (text, fault) in heads.into_iter().chain([connect]).chain(chunked) {
            for piece in [1, 2, 1000] {
                assert_eq!(consumed(&text, piece).2, Phase::Invalid(fault), "{text:?} by {piece}");
            }
        }
    }

    /// Also if the version is split between two reads, and behind a long target.
    #[test]
    fn a_post_of_http_1_0_needs_a_length() {
        let long = format!("POST /{} HTTP/1.0\r\nHost: x\r\n\r\n", "x".repeat(200));
        for (request, phase) in [
            ("POST / HTTP/1.0\r\n\r\n", Phase::Invalid(Fault::NoLength)),
            ("POST / HTTP/1.0\nHost: x\n\n", Phase::Invalid(Fault::NoLength)),
            (&long, Phase::Invalid(Fault::NoLength)),
            ("POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n", Phase::Complete),
            ("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na", Phase::Complete),
            ("GET / HTTP/1.0\r\n\r\n", Phase::Complete),
            ("POST / HTTP/1.1\r\nX: HTTP/1.0\r\n\r\n", Phase::Complete),
        ] {
            for piece in [1, 2, 7, 1000] {
                assert_eq!(consumed(request, piece).2, phase, "{request:?} by {piece}");
            }
        }
    }

    /// FW-20: reverse proxies pass the headers of a `WebSocket` handshake on to `/verify`.
    #[test]
    fn upgrades_are_ignored_and_made_unreadable() {
        let head = "POST / HTTP/1.1\r\nUpgrade-Insecure-Requests: 1\r\nuPgrade: h2c, WebSocket\r\n";
        let hidden = "POST / HTTP/1.1\r\nUpgrade-Insecure-Requests: 1\r\nuPgrade: x2x, xxxxxxxxx\r\n";
        for (rest, data) in [("\r\n", 0), ("Content-Length: 7\r\n\r\nupgrade", 7)] {
            let request = format!("{head}{rest}");
            for piece in [1, 2, 3, 7, 1000] {
                assert_eq!(consumed(&request, piece), (request.len(), data, Phase::Complete));
                let (mut framing, mut bytes) = (Framing::new(), request.clone().into_bytes());
                for bytes in bytes.chunks_mut(piece) {
                    let _used = framing.consume(bytes);
                }
                assert_eq!(String::from_utf8(bytes).expect("text"), format!("{hidden}{rest}"), "by {piece}");
            }
        }
    }

    #[test]
    fn chunk_extensions_are_no_progress() {
        let (used, data, phase) = consumed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;aaaaaaaaaaaa", 1);
        assert_eq!((used, data, phase), (61, 0, Phase::Body));
    }

    #[test]
    fn requests_are_found_one_after_another() {
        let text = "GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 1\r\n\r\naGET / HTTP/1.1\r\n\r\n";
        let mut bytes = text.as_bytes().to_vec();
        let (mut framing, mut rest, mut lengths) = (Framing::new(), &mut bytes[..], vec![]);
        while !rest.is_empty() {
            let Consumed { used, .. } = framing.consume(rest);
            assert_eq!(framing.phase(), Phase::Complete);
            lengths.push(used);
            rest = &mut rest[used..];
            framing.reset();
        }
        assert_eq!(lengths, [18, 39, 18]);
    }
}
