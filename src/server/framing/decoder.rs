//! Compares the end of a request with the decoder of actix-http.

use super::*;

/// The position at which the decoder of actix-http ends the first request: `Ok(None)` if it waits for more.
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
    "upgrade:h2c, WebSocket\r\n",
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
    let run = TestRunner::new(config).run(&request(), |mut bytes| {
        let mut framing = Framing::new();
        let used = framing.consume(&mut bytes).used;
        match (framing.phase(), decoded(&service, &bytes)) {
            (Phase::Invalid(_), _) | (_, Err(())) => {}
            (Phase::Complete, end) => proptest::prop_assert_eq!(end, Ok(Some(used))),
            (_, end) => proptest::prop_assert_eq!(end, Ok(None)),
        }
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}
