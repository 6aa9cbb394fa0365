//! Requests that cannot be parsed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::setup::Setup;
use crate::visitor::Visitor;

/// Each with its status, and the label `cause` of the metric.
fn requests() -> [(String, &'static str, &'static str); 12] {
    let get = |lines: &str| format!("GET /providers HTTP/1.1\r\nHost: x\r\n{lines}\r\n");
    let chunked =
        |body: &str| format!("POST /oauth2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    [
        ("nonsense\r\n\r\n".into(), "400", "header"),
        ("\u{16}\u{3}\u{1}\u{2}\0\r\n\r\n".into(), "400", "header"),
        ("GET /\u{7f} HTTP/1.1\r\nHost: x\r\n\r\n".into(), "400", "header"),
        ("GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n".into(), "400", "target"),
        ("GET / HTTP/9.9\r\n\r\n".into(), "400", "version"),
        ("GET / HTTP/1.1\r\n\r\n".into(), "400", "header"),
        (get("Bad Header: x\r\n"), "400", "header"),
        (get("X: \0\r\n"), "400", "header"),
        (get(&"X: y\r\n".repeat(200)), "431", "head_too_large"),
        (get("Content-Length: x\r\n"), "400", "length"),
        (chunked("xyz\r\n"), "400", "chunk"),
        (get("Transfer-Encoding: gzip\r\n"), "400", "length"),
    ]
}

/// The sums of `vestibule_connections_closed_total` by cause.
async fn closed(setup: &Setup, causes: &[&str]) -> Vec<usize> {
    let metrics = Visitor::new().get(format!("{}/metrics", setup.gateway.admin())).await.body;
    let of_cause = |cause: &str| {
        let start = format!("vestibule_connections_closed_total{{cause=\"{cause}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&start)).map_or(0, |count| count.parse().expect("a number"))
    };
    causes.iter().map(|cause| of_cause(cause)).collect()
}

/// Any client can send them at any rate, so they must not fill the log.
#[tokio::test]
async fn requests_that_cannot_be_parsed_are_counted_and_not_logged() {
    let setup = Setup::new();
    let before = setup.gateway.log();
    let mut expected: Vec<(&str, usize)> = Vec::new();
    for (request, status, cause) in requests() {
        let mut stream = TcpStream::connect(("127.0.0.1", setup.gateway.settings.port)).expect("a connection");
        stream.write_all(request.as_bytes()).expect("an open connection");
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
        match expected.iter_mut().find(|(listed, _)| *listed == cause) {
            Some((_, count)) => *count += 1,
            None => expected.push((cause, 1)),
        }
    }
    let (causes, counts): (Vec<&str>, Vec<usize>) = expected.into_iter().unzip();
    let started = Instant::now();
    while closed(&setup, &causes).await != counts {
        assert!(started.elapsed() < Duration::from_secs(10), "{causes:?}: {:?}", closed(&setup, &causes).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let log = setup.gateway.log();
    let written = log.strip_prefix(&before).expect("a log that grows");
    assert!(!written.contains("ERROR") && !written.contains("WARN"), "{written}");
}
