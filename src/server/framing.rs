//! Where a request ends in the bytes of a connection (RFC 9112 §6).
//!
//! actix-http parses the bytes; this only finds the end, so that a connection hands over one request at a time. Where the
//! end cannot be found with certainty, the request is invalid and the connection is closed: the two must never disagree.

use super::chunked::Chunked;

/// Fits `Transfer-Encoding: chunked` and `Content-Length` with 20 digits, with some white space.
const LINE_KEPT: usize = 64;

/// Fits `HTTP/1.0` and a carriage return, the end of a request line.
const END_KEPT: usize = 9;

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
    /// The state after the head, from the headers seen so far.
    after_head: State,
    line: [u8; LINE_KEPT],
    /// The length of the current line, also beyond what is kept.
    line_length: usize,
    /// Whether the last byte of the current line is a carriage return.
    ends_in_cr: bool,
    /// The last bytes of the request line, which are its version; `None` after that line.
    request_line: Option<[u8; END_KEPT]>,
    /// Whether the body has to have a length: in a POST of HTTP/1.0.
    needs_length: bool,
}

impl Framing {
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            after_head: State::Complete,
            line: [0; LINE_KEPT],
            line_length: 0,
            ends_in_cr: false,
            request_line: Some([0; END_KEPT]),
            needs_length: false,
        }
    }

    /// Begins the next request.
    pub(super) fn reset(&mut self) {
        self.state = State::Start;
        self.after_head = State::Complete;
        self.line_length = 0;
        self.request_line = Some([0; END_KEPT]);
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

    /// Consumes bytes up to the end of the request; at least one, unless the request is complete.
    pub(super) fn consume(&mut self, bytes: &[u8]) -> Consumed {
        let (mut rest, mut data) = (bytes, 0);
        while !rest.is_empty() && !matches!(self.state, State::Complete | State::Invalid(_)) {
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

    fn read_line(&mut self, rest: &[u8]) -> usize {
        let line_feed = memchr::memchr(b'\n', rest);
        let part = rest.get(..line_feed.unwrap_or(rest.len())).unwrap_or_default();
        let free = self.line.get_mut(self.line_length.min(LINE_KEPT)..).unwrap_or_default();
        free.iter_mut().zip(part).for_each(|(kept, byte)| *kept = *byte);
        self.line_length = self.line_length.saturating_add(part.len());
        if let Some(end) = &mut self.request_line {
            for byte in part.get(part.len().saturating_sub(END_KEPT)..).unwrap_or_default() {
                end.rotate_left(1);
                if let Some(last) = end.last_mut() {
                    *last = *byte;
                }
            }
        }
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
        if let Some(end) = self.request_line.take() {
            self.needs_length = self.line.starts_with(b"POST ") && end.trim_ascii_end().ends_with(b"HTTP/1.0");
        }
        match kept {
            Some([]) if self.needs_length && self.after_head == State::Complete => {
                self.state = State::Invalid(Fault::NoLength);
            }
            Some([]) if self.after_head == State::Length(0) => self.state = State::Complete,
            Some([]) => self.state = self.after_head,
            _ => self.end_header(kept.is_some()),
        }
        self.line_length = 0;
        self.ends_in_cr = false;
    }

    fn end_header(&mut self, is_whole: bool) {
        let length = self.line_length.saturating_sub(usize::from(self.ends_in_cr));
        let whole = is_whole.then(|| self.line.get(..length).unwrap_or_default());
        self.after_head = body_after(self.after_head, whole, &self.line);
        if let State::Invalid(_) = self.after_head {
            self.state = self.after_head;
        }
    }
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
        return UNCERTAIN;
    }
    if is(CONTENT_LENGTH) {
        return value(CONTENT_LENGTH).filter(|_| before == State::Complete).and_then(length).unwrap_or(UNCERTAIN);
    }
    if is(TRANSFER_ENCODING) {
        let chunked = value(TRANSFER_ENCODING).filter(|_| before == State::Complete);
        let is_chunked = chunked.is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"));
        return if is_chunked { State::Chunked(Chunked::Size) } else { UNCERTAIN };
    }
    before
}

/// Digits only (RFC 9112 §6.3). A length of 0 is kept, because a second header would contradict it.
fn length(value: &[u8]) -> Option<State> {
    let digits = value.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(value).ok())??;
    digits.parse().ok().map(State::Length)
}

fn is_websocket(value: &[u8]) -> bool {
    value.windows(WEBSOCKET.len()).any(|part| part.eq_ignore_ascii_case(WEBSOCKET))
}

const UNCERTAIN: State = State::Invalid(Fault::Length);
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
            "Upgrade: websocket\r\nContent-Length: 2",
            "upgrade: h2c, WebSocket",
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

    /// Also where the version is split between two reads, and behind a long target.
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

    /// Where the decoder of actix-http ends the first request: `Ok(None)` if it waits for more.
    fn decoded(service: &actix_http::ServiceConfig, bytes: &[u8]) -> Result<Option<usize>, ()> {
        use actix_codec::Decoder;
        use actix_http::h1::{Codec, Message, MessageType};
        let (mut codec, mut rest) = (Codec::new(service.clone()), actix_web::web::BytesMut::from(bytes));
        let mut has_head = false;
        while let Some(message) = codec.decode(&mut rest).map_err(|_| ())? {
            let is_end = match message {
                Message::Item(_) if has_head => return Err(()),
                Message::Item(_) => codec.message_type() == MessageType::None,
                Message::Chunk(data) => data.is_none(),
            };
            has_head = true;
            if is_end {
                return Ok(Some(bytes.len() - rest.len()));
            }
        }
        Ok(None)
    }

    /// Parts of requests, of which most make one together.
    const PARTS: [&str; 40] = [
        "Content-Length: 3\r\n",
        "Content-Length: 0\r\n",
        "Content-Length: 30\r\n",
        "content-length:3\n",
        "Content-Length: +3\r\n",
        "Content-Length : 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "transfer-encoding:\tCHUNKED \r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Upgrade: websocket\r\n",
        "Upgrade: h2c\r\n",
        "Connection: upgrade\r\n",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "X: y\r\n",
        " folded\r\n",
        "X: \r\r\n",
        "X: y\n",
        "Host: y\r\n",
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "abc",
        "3\r\nabc\r\n",
        "3;x=y\r\nabc\r\n",
        "3 \r\nabc\r\n",
        "03\r\nabc\n",
        "0000000000000000003\r\nabc\r\n",
        "fffffffffffffffff\r\n",
        "0\r\n\r\n",
        "0\r\n",
        "0;x\r\n\r\n",
        "A: b\r\n\r\n",
        "A: b\n\r\n",
        "A\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\0",
        "\t",
    ];

    const STARTS: [&str; 4] = [
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST / HTTP/1.1\nHost: x\r\n",
        "\r\nPOST / HTTP/1.0\r\n",
        "CONNECT x:1 HTTP/1.1\r\n",
    ];

    /// The start of a request, parts of one, and changes of single bytes.
    fn request() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        use proptest::prelude::*;
        let start = prop::sample::select(&STARTS[..]);
        let parts = prop::collection::vec(prop::sample::select(&PARTS[..]), 0..9);
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<Option<u8>>(), any::<bool>()), 0..3);
        (start, parts, changes).prop_map(|(start, parts, changes)| {
            let mut bytes = [&[start][..], &parts].concat().concat().into_bytes();
            for (at, byte, inserts) in changes {
                let at = at.index(bytes.len());
                match byte {
                    Some(byte) if inserts => bytes.insert(at, byte),
                    Some(byte) => bytes[at] = byte,
                    None => drop(bytes.remove(at)),
                }
            }
            bytes
        })
    }

    /// FZ-04: a request ends where actix-http ends it, or one of the two refuses it.
    #[actix_web::test]
    async fn a_request_ends_where_the_decoder_of_actix_http_ends_it() {
        use proptest::test_runner::{Config, TestRunner};
        let service = actix_http::ServiceConfig::default();
        let config = Config { failure_persistence: None, ..Config::with_cases(20_000) };
        let run = TestRunner::new(config).run(&request(), |bytes| {
            let mut framing = Framing::new();
            let used = framing.consume(&bytes).used;
            match (framing.phase(), decoded(&service, &bytes)) {
                (Phase::Invalid(_), _) | (_, Err(())) => {}
                (Phase::Complete, end) => proptest::prop_assert_eq!(end, Ok(Some(used))),
                (_, end) => proptest::prop_assert_eq!(end, Ok(None)),
            }
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{error}"));
    }
}
