//! Requests whose end two programs may find in different places, each with a second request behind it.

use super::client::Client;
use crate::support::{Gateway, Setup};

/// How a request has to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// It is answered, and so is the request behind it.
    Both,
    /// It is answered as the last request of the connection.
    Last,
    /// It is 400, and the connection is closed.
    Refused,
}
use Expected::{Both, Last, Refused};

/// A route that reads the body, and one that does not.
const ROUTES: [&str; 2] = ["POST /oauth2/introspect", "GET /providers"];
const HOST: &str = "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";

/// Its body would be answered by 200 if it was taken for a request.
fn behind() -> String {
    let body = "GET /.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\n\r\n";
    format!("POST /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// The statuses of all answers until the connection ends, when the text is sent in pieces of that size.
fn statuses(gateway: &Gateway, text: &str, piece: usize) -> Vec<u16> {
    let mut client = Client::new(gateway.address);
    for bytes in text.as_bytes().chunks(piece) {
        if !client.try_send_bytes(bytes) {
            break;
        }
    }
    std::iter::from_fn(|| client.answer()).map(|answer| answer.status).filter(|status| *status != 100).collect()
}

fn check(gateway: &Gateway, request: &str, expected: Expected) {
    let is_read = request.starts_with(ROUTES[0]);
    // Without client authentication the endpoint that reads the body answers 400, once the request is complete.
    let first = if is_read { 400 } else { 200 };
    let text = format!("{request}{}", behind());
    for piece in [text.len(), 1] {
        let found = statuses(gateway, &text, piece);
        let is_right = match expected {
            Both => found == [first, 404],
            Last => found == [first],
            Refused => found == [400],
        };
        // If the body is not read, the answer may come before its bytes. Then the connection is closed behind it.
        let is_fault_in_body = piece == 1 && request.contains("chunked\r\n\r\n");
        let is_early = !is_read && found == [first] && (expected == Both || is_fault_in_body);
        assert!(is_right || is_early, "{request:?} in pieces of {piece}: {found:?} instead of {expected:?}");
    }
}

/// The headers of the body, with the body.
const LENGTHS: [(&str, Expected); 29] = [
    ("Content-Length: 5\r\n\r\nabcde", Both),
    ("Content-Length:\t 5 \r\n\r\nabcde", Both),
    ("Content-Length: 05\r\n\r\nabcde", Both),
    ("Content-Length: 0\r\n\r\n", Both),
    ("Content-Length: 5\n\nabcde", Both),
    ("Content-Length: 5\r\nExpect: 100-continue\r\n\r\nabcde", Both),
    ("Content-Length: 5\r\nUpgrade: h2c\r\n\r\nabcde", Both),
    ("Content-Length: 5\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nabcde", Last),
    ("Content-Length: 5\r\nUpgrade: websocket\r\n\r\nabcde", Both),
    ("Content-Length: 5\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nabcde", Last),
    ("Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", Refused),
    ("Content-Length: 5\r\nContent-Length: 0\r\n\r\nabcde", Refused),
    ("Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde", Refused),
    ("Content-Length: +5\r\n\r\nabcde", Refused),
    ("Content-Length: -5\r\n\r\nabcde", Refused),
    ("Content-Length: 5,5\r\n\r\nabcde", Refused),
    ("Content-Length: 5 5\r\n\r\nabcde", Refused),
    ("Content-Length: 0x5\r\n\r\nabcde", Refused),
    ("Content-Length: 5\u{b}\r\n\r\nabcde", Refused),
    ("Content-Length: 18446744073709551621\r\n\r\nabcde", Refused),
    ("Content-Length:\r\n\r\nabcde", Refused),
    ("Content-Length:\r\n 5\r\n\r\nabcde", Refused),
    ("Content-Length : 5\r\n\r\nabcde", Refused),
    ("Content-Length\t: 5\r\n\r\nabcde", Refused),
    (" Content-Length: 5\r\n\r\nabcde", Refused),
    ("X: y\r\n Content-Length: 5\r\n\r\nabcde", Refused),
    ("X: y\rContent-Length: 5\r\n\r\nabcde", Refused),
    ("X: \0\r\nContent-Length: 5\r\n\r\nabcde", Refused),
    ("Host: y\r\nContent-Length: 5\r\n\r\nabcde", Refused),
];

/// The headers of a chunked body, with the body.
const CODINGS: [(&str, Expected); 15] = [
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", Both),
    ("transfer-encoding:\tCHUNKED \r\n\r\n5\r\nabcde\r\n0\r\n\r\n", Both),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", Refused),
    ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("Content-Length: 5\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", Refused),
    ("Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nabcde", Refused),
    ("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", Refused),
    ("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", Refused),
    ("Transfer-Encoding: chunked;x\r\n\r\n0\r\n\r\n", Refused),
    ("Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n", Refused),
    ("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", Refused),
    ("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", Refused),
    ("X: y\r\n\tTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
];

const CHUNKS: [(&str, Expected); 20] = [
    ("00000000000000005\r\nabcde\r\n0\r\n\r\n", Both),
    ("5;a=\"b\"\r\nabcde\r\n0;c\r\nA: b\r\n\r\n", Both),
    ("5 \r\nabcde\r\n0\t\r\n\r\n", Both),
    ("+5\r\nabcde\r\n0\r\n\r\n", Refused),
    ("-5\r\nabcde\r\n0\r\n\r\n", Refused),
    (" 5\r\nabcde\r\n0\r\n\r\n", Refused),
    ("5 5\r\nabcde\r\n0\r\n\r\n", Refused),
    ("0x5\r\nabcde\r\n0\r\n\r\n", Refused),
    ("5\nabcde\r\n0\r\n\r\n", Refused),
    ("5\rabcde\r\n0\r\n\r\n", Refused),
    ("5;a\nabcde\r\n0\r\n\r\n", Refused),
    ("10000000000000005\r\nabcde\r\n0\r\n\r\n", Refused),
    ("ffffffffffffffff0\r\nabcde\r\n0\r\n\r\n", Refused),
    ("\r\n0\r\n\r\n", Refused),
    ("4\r\nabcde\r\n0\r\n\r\n", Refused),
    ("6\r\nabcde\r\n0\r\n\r\n", Refused),
    ("5\r\nabcde\n0\r\n\r\n", Refused),
    ("5\r\nabcde\r\n0\r\n\n", Refused),
    ("5\r\nabcde\r\n0\r\nA: b\n\r\n", Refused),
    ("5\r\nabcde\r\n0\r\nA: b\rC: d\r\n\r\n", Refused),
];

/// FZ-04. Every case is sent in one piece and byte by byte, to a route that reads bodies and to one that does not.
#[test]
fn requests_with_an_ambiguous_end_never_let_a_body_become_a_request() {
    let limits = "[limits]\ntokens_per_minute = 100000";
    let gateway = Setup::new().toml(limits).start();
    let chunked = CHUNKS.map(|(body, expected)| (format!("Transfer-Encoding: chunked\r\n\r\n{body}"), expected));
    let plain = LENGTHS.iter().chain(&CODINGS).map(|(rest, expected)| ((*rest).to_owned(), *expected));
    for (rest, expected) in plain.chain(chunked) {
        for route in ROUTES {
            check(&gateway, &format!("{route} HTTP/1.1\r\n{HOST}{rest}"), expected);
        }
    }
}

#[test]
fn other_versions_targets_and_methods_never_let_a_body_become_a_request() {
    let gateway = Gateway::start();
    let cases = [
        ("GET http://x/providers HTTP/1.1\r\nHost: x\r\n\r\n", Both),
        ("\r\n\r\nGET /providers HTTP/1.1\r\nHost: x\r\n\r\n", Both),
        ("GET /providers HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nabcde", Both),
        ("GET /providers HTTP/1.0\r\nContent-Length: 5\r\n\r\nabcde", Last),
        ("GET /providers HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
        ("GET /providers HTTP/1.1\r\n\r\n", Refused),
        ("GET /providers HTTP/2.0\r\nHost: x\r\n\r\n", Refused),
        ("GET /providers  HTTP/1.1\r\nHost: x\r\n\r\n", Refused),
        ("GET\t/providers HTTP/1.1\r\nHost: x\r\n\r\n", Refused),
        ("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", Refused),
        ("CONNECT /providers HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde", Refused),
    ];
    for (request, expected) in cases {
        check(&gateway, request, expected);
    }
}
