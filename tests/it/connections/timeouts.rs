//! Clients that take too long, with short time limits.

use std::time::{Duration, Instant};

use vestibule::server::{Bounds, Timeouts};

use super::client::Client;
use super::requests::quick;
use crate::support::{Gateway, Setup};

const GET: &str = "GET /providers HTTP/1.1\r\nHost: x\r\n\r\n";
const FORM: &str = "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";

fn start() -> Gateway {
    Setup::new().bounds(quick()).start()
}

#[test]
fn an_unfinished_head_is_408_and_ends_the_connection() {
    let gateway = start();
    for before in ["", GET] {
        let mut client = Client::new(gateway.address);
        client.send(before);
        if !before.is_empty() {
            assert_eq!(client.answer().expect("an answer").status, 200);
        }
        client.send("GET /providers HTTP/1.1\r\nX-Slow: ");
        let mut sent = true;
        while sent {
            std::thread::sleep(Duration::from_millis(50));
            sent = client.try_send("x");
        }
    }
    let mut client = Client::new(gateway.address);
    client.send("GET / HTTP/1.1\r\n");
    assert!(client.rest().starts_with("HTTP/1.1 408"));
}

#[test]
fn silent_connections_are_closed_without_an_answer() {
    let gateway = start();
    assert_eq!(Client::new(gateway.address).rest(), "");
    let mut used = Client::new(gateway.address);
    used.send(GET);
    assert_eq!(used.answer().expect("an answer").status, 200);
    assert_eq!(used.rest(), "");
}

#[test]
fn a_stalled_body_is_closed_even_if_nothing_reads_it() {
    let gateway = start();
    let bodies = ["Content-Length: 100\r\n\r\ngrant", "Transfer-Encoding: chunked\r\n\r\n5\r\ngrant\r\n"];
    for body in bodies {
        let mut read = Client::new(gateway.address);
        read.send(&format!("POST /oauth2/token HTTP/1.1\r\n{FORM}{body}"));
        assert_eq!(read.rest(), "", "{body}");
        let mut unread = Client::new(gateway.address);
        unread.send(&format!("GET /providers HTTP/1.1\r\n{FORM}{body}"));
        assert_eq!(unread.answer().expect("an answer").status, 200, "{body}");
        unread.rest();
    }
    let mut endless = Client::new(gateway.address);
    endless.send("GET /providers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(endless.answer().expect("an answer").status, 200);
    while endless.try_send("1\r\nx\r\n") {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Bytes that are not data do not keep a connection open.
#[test]
fn a_chunk_extension_without_end_is_cut() {
    let gateway = start();
    let mut client = Client::new(gateway.address);
    client.send(&format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n5;"));
    while client.try_send("x") {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_slow_body_above_the_lowest_rate_is_read() {
    let timeouts = Timeouts { stall: Duration::from_secs(5), ..quick().timeouts };
    let gateway = Setup::new().bounds(Bounds { timeouts, ..quick() }).start();
    let mut client = Client::new(gateway.address);
    client.send(&format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Content-Length: 30\r\n\r\n"));
    let started = Instant::now();
    for _ in 0..10 {
        client.send("a=b");
        std::thread::sleep(Duration::from_millis(600));
    }
    assert!(started.elapsed() > timeouts.stall, "slower than what stops");
    assert_eq!(client.answer().expect("an answer").status, 400);
}

#[test]
fn a_body_below_the_lowest_rate_is_cut() {
    let timeouts = Timeouts { rate_after: Duration::from_secs(1), rate: 1000, ..Timeouts::default() };
    let gateway = Setup::new().bounds(Bounds { timeouts, count_loopback: true }).start();
    let mut client = Client::new(gateway.address);
    client.send(&format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Content-Length: 60000\r\n\r\n"));
    while client.try_send("xx") {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A client that does not read an answer does not hold its connection without end.
#[test]
fn unread_answers_are_cut_and_no_more_than_one_is_kept() {
    use std::io::{Read, Write};
    let gateway = Setup::new().bounds(quick()).toml("[limits]\nrequests_per_connection = 1000000").start();
    let mut stream = std::net::TcpStream::connect(gateway.address).expect("a connection");
    stream.set_write_timeout(Some(Duration::from_secs(30))).expect("a socket");
    let (requests, mut taken) = (GET.repeat(1000), 0_usize);
    while stream.write_all(requests.as_bytes()).is_ok() {
        taken += requests.len();
        assert!(taken < 1 << 30, "it takes any number of requests");
    }
    let mut read = Vec::new();
    let _cut = stream.read_to_end(&mut read);
    let mut client = Client::new(gateway.address);
    client.send(GET);
    assert_eq!(client.answer().expect("an answer").status, 200);
}

#[test]
fn trusted_proxies_keep_idle_connections() {
    let gateway = Setup::new().bounds(quick()).toml("[server]\ntrusted_proxies = [\"127.0.0.1/32\"]").start();
    let mut client = Client::new(gateway.address);
    client.send(GET);
    assert_eq!(client.answer().expect("an answer").status, 200);
    std::thread::sleep(quick().timeouts.idle * 2);
    client.send(GET);
    assert_eq!(client.answer().expect("an answer").status, 200);
}
