//! Requests of one connection, one after another.

use std::fmt::Write;
use std::time::Duration;

use vestibule::server::{Bounds, Timeouts};

use super::client::Client;
use crate::support::{Gateway, Setup};

const GET: &str = "GET /providers HTTP/1.1\r\nHost: x\r\n\r\n";
const FORM: &str = "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";

/// Every kind of body, on routes that read it and that do not, all in one write and byte by byte.
#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let timeouts = Timeouts { drain: Duration::from_secs(30), ..Timeouts::default() };
    let gateway = Setup::new().bounds(Bounds { timeouts, ..Bounds::default() }).start();
    let form = format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Content-Length: 14\r\n\r\ngrant_type=abc");
    let chunks = "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\ngrant\r\n9\r\n_type=abc\r\n0\r\nTrailer: 1\r\n\r\n";
    let chunked = format!("POST /oauth2/token HTTP/1.1\r\n{FORM}{chunks}");
    let unread = "GET /providers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let missing = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
    let kinds = [(GET, 200), (&form, 400), (&chunked, 400), (unread, 200), (missing, 404)];
    let (mut text, mut expected) = (String::new(), vec![]);
    for number in 0..60 {
        let (request, status) = kinds[(number * 7) % kinds.len()];
        write!(text, "{request}").expect("a text");
        expected.push(status);
    }
    let mut whole = Client::new(gateway.address);
    whole.send(&text);
    let statuses: Vec<u16> = expected.iter().map(|_| whole.answer().expect("an answer").status).collect();
    assert_eq!(statuses, expected);

    let mut by_bytes = Client::new(gateway.address);
    for request in kinds {
        for byte in request.0.chars() {
            by_bytes.send(&byte.to_string());
        }
        assert_eq!(by_bytes.answer().expect("an answer").status, request.1, "{request:?}");
    }
}

/// Otherwise the connection would keep the buffer of the large head.
#[test]
fn a_head_that_is_too_large_ends_the_connection() {
    let gateway = Setup::new().start();
    let uri = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(9 * 1024));
    let headers = format!("GET /providers HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(17 * 1024));
    for (request, status) in [(uri, 414), (headers, 431)] {
        let mut client = Client::new(gateway.address);
        client.send(&request);
        let answer = client.answer().expect("an answer");
        assert!(answer.status == status && answer.head.contains("connection: close"), "{answer:?}");
        assert!(client.answer().is_none(), "the connection stays open after {status}");
    }
}

#[test]
fn the_last_answer_of_a_connection_announces_its_end() {
    let gateway = Gateway::with("[limits]\nrequests_per_connection = 3");
    let mut client = Client::new(gateway.address);
    client.send(&GET.repeat(5));
    let closes: Vec<bool> =
        (0..3).map(|_| client.answer().expect("an answer").head.contains("connection: close")).collect();
    assert_eq!(closes, [false, false, true]);
    assert!(client.answer().is_none(), "there is a fourth answer");

    let proxied =
        Gateway::with("[limits]\nrequests_per_connection = 3\n[server]\ntrusted_proxies = [\"127.0.0.1/32\"]");
    let mut client = Client::new(proxied.address);
    client.send(&GET.repeat(5));
    for _ in 0..5 {
        assert_eq!(client.answer().expect("an answer").status, 200);
    }
}

#[test]
fn a_client_that_waits_for_100_continue_receives_it() {
    let gateway = Gateway::start();
    let mut client = Client::new(gateway.address);
    client.send(&format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Expect: 100-continue\r\nContent-Length: 14\r\n\r\n"));
    assert_eq!(client.answer().expect("a go-ahead").status, 100);
    client.send("grant_type=abc");
    assert_eq!(client.answer().expect("an answer").status, 400);
    client.send(GET);
    assert_eq!(client.answer().expect("an answer").status, 200);
}

/// An upgrade is ignored (RFC 9110 §7.8). The end of a `CONNECT` request cannot be known.
#[test]
fn an_upgrade_is_answered_as_a_request_and_the_connection_closed() {
    let gateway = Setup::new().bounds(quick()).start();
    for (request, status) in [
        ("GET /providers HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "200"),
        ("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
    ] {
        let mut client = Client::new(gateway.address);
        client.send(request);
        let rest = client.rest();
        assert!(rest.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {rest}");
        assert!(!rest.to_lowercase().contains("connection: upgrade"), "{request}: {rest}");
        assert_eq!(rest.matches("HTTP/1.1 ").count(), 1, "{request}: {rest}");
    }
}

#[test]
fn a_request_that_cannot_be_parsed_is_400_and_ends_the_connection() {
    let gateway = Gateway::start();
    for request in ["GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
        let mut client = Client::new(gateway.address);
        client.send(request);
        let rest = client.rest();
        assert!(rest.starts_with("HTTP/1.1 400"), "{request:?}: {rest}");
    }
    let mut client = Client::new(gateway.address);
    client.send(&format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{GET}"));
    let rest = client.rest();
    assert_eq!(rest.matches("HTTP/1.1 ").count(), 1, "{rest}");
}

/// Reverse proxies that speak HTTP/1.0 forward a POST without a body in this way.
#[test]
fn a_post_of_http_1_0_without_a_length_is_411_with_an_explanation() {
    let gateway = Gateway::start();
    for (method, length, status) in [("POST", "", "411"), ("POST", "Content-Length: 0\r\n", "4"), ("GET", "", "2")] {
        let mut client = Client::new(gateway.address);
        let path = if method == "GET" { "/providers" } else { "/oauth2/token" };
        client.send(&format!("{method} {path} HTTP/1.0\r\nHost: x\r\n{length}\r\n"));
        let rest = client.rest();
        assert!(
            rest.starts_with(&format!("HTTP/1.1 {status}")) || rest.starts_with(&format!("HTTP/1.0 {status}")),
            "{rest}"
        );
        assert_eq!(rest.contains("\r\n\r\nA POST of HTTP/1.0 needs Content-Length."), status == "411", "{rest}");
        if status == "411" {
            let (head, body) = rest.split_once("\r\n\r\n").expect("a body");
            assert!(head.contains(&format!("content-length: {}", body.len())), "{rest}");
        }
    }
}

/// A client may close its half of the connection once it has sent its requests.
#[test]
fn half_closed_connections_get_their_answers() {
    use std::io::{Read, Write};
    let gateway = Gateway::start();
    let mut stream = std::net::TcpStream::connect(gateway.address).expect("a connection");
    stream.write_all(GET.repeat(3).as_bytes()).expect("open");
    stream.shutdown(std::net::Shutdown::Write).expect("open");
    let mut read = String::new();
    stream.read_to_string(&mut read).expect("answers");
    assert_eq!(read.matches("HTTP/1.1 200").count(), 3, "{read}");
}

pub fn quick() -> Bounds {
    let tenths = |count: u64| Duration::from_millis(count * 100);
    let timeouts = Timeouts {
        head: tenths(20),
        idle: tenths(10),
        idle_proxy: tenths(600),
        stall: tenths(10),
        rate_after: tenths(600),
        drain: tenths(3),
        ..Timeouts::default()
    };
    Bounds { timeouts, count_loopback: true }
}
