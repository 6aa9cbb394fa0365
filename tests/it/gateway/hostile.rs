//! Ten thousand random requests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::support::Gateway;

const REQUESTS: u64 = 10_000;
const THREADS: u64 = 4;

/// A random number generator (`SplitMix64`) with a fixed seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).expect("small")
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn chance(&mut self, in_hundred: u64) -> bool {
        self.roll() % 100 < in_hundred
    }

    /// Random bytes out of the allowed ones.
    fn bytes(&mut self, most: usize, allowed: impl Fn(u8) -> bool) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.roll().to_le_bytes()[3]).filter(|byte| allowed(*byte)).collect()
    }
}

const METHODS: [&str; 12] = [
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "PROPFIND",
    "get!#$%&'*+-.^_`|~",
];
const PATHS: [&str; 24] = [
    "/",
    "/login",
    "/login/op",
    "/login/",
    "/callback/op",
    "/callback/",
    "/providers",
    "/session",
    "/session/token",
    "/logout",
    "/account",
    "/oauth2/url/",
    "/oauth2/url",
    "/oauth2/token/",
    "/oauth2/token",
    "/.well-known/jwks.json",
    "/assets/style-6.css",
    "//",
    "/login//op",
    "/login/op/",
    "/../login",
    "/login/%2e%2e",
    "/%00",
    "*",
];
const NAMES: [&str; 14] = [
    "state",
    "code",
    "iss",
    "error",
    "provider",
    "return_to",
    "choose",
    "login_hint",
    "prompt",
    "max_age",
    "ui_locales",
    "acr_values",
    "",
    "%00",
];
const VALUES: [&str; 20] = [
    "",
    "op",
    "x",
    "%00",
    "%ff",
    "%c0%80",
    "%ed%a0%80",
    "%",
    "%4",
    "%zz",
    "+",
    "1",
    "-1",
    "99999999999999999999",
    "//evil",
    "/\\evil",
    "%F0%9F%98%80",
    "a=b",
    "https://x",
    "'\"<>",
];
const HEADERS: [&str; 18] = [
    "Accept",
    "Authorization",
    "Cookie",
    "Content-Type",
    "Origin",
    "Sec-Fetch-Site",
    "X-Forwarded-For",
    "Forwarded",
    "If-None-Match",
    "User-Agent",
    "Range",
    "Accept-Encoding",
    "Access-Control-Request-Method",
    "Referer",
    "Via",
    "X-Request-Id",
    "traceparent",
    "Accept-Language",
];
const CONTENTS: [&str; 24] = [
    "",
    "*/*",
    "application/json",
    "text/html",
    "Bearer x",
    "Bearer ",
    "Bearer a.b.c",
    "Basic !!!",
    "vestibule=x",
    "=;=;",
    "vestibule=",
    "vestibule-binding=\"",
    ";;;",
    "null",
    "https://evil",
    "same-origin",
    "1.2.3.4",
    "::1",
    "for=\"[::1\"",
    "\"x\"",
    "bytes=0-0",
    "\t",
    "application/x-www-form-urlencoded",
    "charset=\u{1f600}",
];
const BODIES: [&str; 14] = [
    "",
    "{}",
    "[]",
    "null",
    "{\"provider\":\"op\",\"code\":\"c\",\"state\":\"s\"}",
    "{\"provider\":\"op\"",
    "\u{0}",
    "a=b",
    "{\"provider\":\"\\ud800\",\"code\":\"c\",\"state\":\"s\"}",
    "{\"provider\":\"op\",\"code\":\"\\u0000\",\"state\":\"s\"}",
    "{\"provider\":1e999,\"code\":-0,\"state\":true}",
    "[[[[[[[[",
    "\u{feff}{}",
    "{\"provider\":\"op\",\"provider\":\"op\"}",
];

/// A syntactically valid HTTP/1.1 request.
fn request(dice: &mut Dice) -> Vec<u8> {
    let method = dice.one(&METHODS);
    let mut target = if dice.chance(15) {
        let mut path = b"/".to_vec();
        path.extend(dice.bytes(60, |byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte)));
        path
    } else {
        dice.one(&PATHS).as_bytes().to_vec()
    };
    for number in 0..dice.below(5) {
        target.extend(if number == 0 { b"?" } else { b"&" });
        target.extend(
            format!("{}={}", dice.one(&NAMES), dice.one(&VALUES)).replace(['"', '<', '>', '\\'], "%22").bytes(),
        );
    }
    if target.starts_with(b"*") {
        target = b"/*".to_vec();
    }
    let mut whole = format!("{method} ").into_bytes();
    whole.extend(target);
    whole.extend(b" HTTP/1.1\r\nHost: x\r\n");
    for _ in 0..dice.below(6) {
        whole.extend(format!("{}: ", dice.one(&HEADERS)).bytes());
        if dice.chance(20) {
            whole.extend(dice.bytes(80, |byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f)));
        } else {
            whole.extend(dice.one(&CONTENTS).bytes());
        }
        whole.extend(b"\r\n");
    }
    let body = if dice.chance(20) { dice.bytes(300, |_| true) } else { dice.one(&BODIES).as_bytes().to_vec() };
    match dice.below(4) {
        0 => whole.extend(b"\r\n"),
        1 => {
            whole.extend(format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len().max(1)).bytes());
            whole.extend(if body.is_empty() { b"x".to_vec() } else { body });
            whole.extend(b"\r\n0\r\n\r\n");
        }
        _ => {
            whole.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
            whole.extend(body);
        }
    }
    whole
}

/// Sends a request and reads its answer: the status, and whether the connection may be used again.
fn exchange(stream: &mut TcpStream, request: &[u8]) -> Option<(u16, bool)> {
    stream.write_all(request).ok()?;
    let is_head = request.starts_with(b"HEAD ");
    let (mut answer, mut piece) = (Vec::new(), [0; 16_384]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(read) => answer.extend_from_slice(&piece[..read]),
        }
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        let status = head.get(9..12)?.parse().ok()?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let length = if is_head || matches!(status, 204 | 304) { 0 } else { length.unwrap_or_default() };
        if answer.len() >= end + 4 + length {
            // The server closes the connection after a request that it cannot parse.
            let refused_unread = status == 400 && !head.contains("x-request-id");
            return Some((status, !refused_unread && !head.contains("connection: close")));
        }
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    stream.set_nodelay(true).expect("no delay");
    stream
}

/// IN-01, IN-04: never a 500, never a connection that is closed without an answer.
#[tokio::test]
async fn random_requests_are_answered_without_a_500() {
    let gateway = Gateway::start();
    gateway.browser().sign_in("alice").await;
    let address = gateway.address;
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            std::thread::spawn(move || {
                let mut dice = Dice(number);
                let mut stream = connect(address);
                let mut before = String::new();
                for _ in 0..REQUESTS / THREADS {
                    let request = request(&mut dice);
                    let shown = String::from_utf8_lossy(&request);
                    let Some((status, reusable)) = exchange(&mut stream, &request) else {
                        panic!("no answer to {shown}\nafter {before}");
                    };
                    assert!((200..500).contains(&status), "{status} to {shown}");
                    before = format!("{status} {reusable} {shown}");
                    if !reusable {
                        stream = connect(address);
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("every request is answered");
    }
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    assert_eq!(browser.fetch("/session").await.status, 200);
}

/// IN-01: the connection is closed, and other connections are not affected.
#[tokio::test]
async fn non_http_bytes_are_refused() {
    let gateway = Gateway::start();
    let mut dice = Dice(7);
    for round in 0..300 {
        let mut stream = connect(gateway.address);
        let mut garbage = match round % 6 {
            0 => dice.bytes(500, |_| true),
            1 => b"GET / HTTP/9.9\r\n\r\n".to_vec(),
            2 => b"GET /\x00\xff HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
            3 => b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
            4 => b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nContent-Length: 7\r\n\r\n".to_vec(),
            _ => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        };
        garbage.extend(b"\r\n\r\n");
        let _may_be_cut = stream.write_all(&garbage);
        stream.shutdown(std::net::Shutdown::Write).expect("half of it closed");
        let mut answer = Vec::new();
        let _may_be_cut = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.starts_with("HTTP/1.1 5"), "round {round}: {answer}");
    }
    assert_eq!(gateway.browser().sign_in("alice").await.status, 303);
}
