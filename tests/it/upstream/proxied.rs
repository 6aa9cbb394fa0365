//! `[outbound] proxy`: requests to providers through a proxy.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::fake_provider::Op;
use crate::support::{Gateway, Setup};

/// A proxy that forwards every request to one server, whatever host it names, and tunnels `CONNECT`.
struct Proxy {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(behind: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heads = Arc::new(Mutex::new(vec![]));
        let (kept, behind) = (Arc::clone(&heads), behind.trim_start_matches("http://").to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, behind) = (Arc::clone(&kept), behind.clone());
                std::thread::spawn(move || forward(stream, &behind, &kept));
            }
        });
        Self { url, heads }
    }

    /// The first lines of the requests so far.
    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is closed at the end")]
fn forward(client: TcpStream, behind: &str, kept: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).ok()? > 2 {
        head.push_str(&std::mem::take(&mut line));
    }
    let first = head.lines().next()?.to_owned();
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(first.clone());
    let mut server = TcpStream::connect(behind).ok()?;
    if first.starts_with("CONNECT ") {
        (&client).write_all(b"HTTP/1.1 200 Established\r\n\r\n").ok()?;
    } else {
        // The absolute form becomes the origin form.
        let mut parts = first.split(' ');
        let (method, url) = (parts.next()?, url::Url::parse(parts.next()?).ok()?);
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let rest = head.split_once("\r\n")?.1;
        write!(server, "{method} {}{query} HTTP/1.1\r\n{rest}\r\n", url.path()).ok()?;
    }
    let (mut up, mut down) = (server.try_clone().ok()?, client.try_clone().ok()?);
    let back = std::thread::spawn(move || {
        let _gone = std::io::copy(&mut server, &mut down);
        let _gone = down.shutdown(Shutdown::Both);
    });
    let _gone = std::io::copy(&mut reader, &mut up);
    back.join().ok()
}

/// A gateway whose provider has an address that only the proxy knows.
fn behind(proxy: &Proxy, op: &Op, host: &str, more: &str) -> Gateway {
    let issuer = format!("http://{host}");
    op.set_metadata("issuer", json!(issuer));
    op.set_claims(json!({ "iss": issuer }));
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        op.set_metadata(name, json!(format!("{issuer}/{}", name.split('_').next().expect("a name"))));
    }
    op.set_metadata("authorization_endpoint", json!(format!("{issuer}/auth")));
    let setup = Setup::new().without_providers().issuer("far", &issuer);
    op.follow(setup.clock.clone());
    let proxied = format!(
        "[outbound]\nproxy = '{}'\n{more}\n[providers.far]\ninsecure_allow_http = true\nuserinfo = 'never'",
        proxy.url
    );
    setup.toml(&proxied).start()
}

#[tokio::test]
async fn requests_to_providers_go_through_the_proxy() {
    let op = Op::start();
    let proxy = Proxy::start(&op.issuer);
    let gateway = behind(&proxy, &op, "sso.far.example", "");
    let browser = gateway.browser();
    let begun = browser.begin("far").await;
    assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303);
    let heads = proxy.heads();
    assert!(
        heads.iter().any(|head| head == "GET http://sso.far.example/.well-known/openid-configuration HTTP/1.1"),
        "{heads:?}"
    );
    assert!(heads.iter().any(|head| head == "POST http://sso.far.example/token HTTP/1.1"), "{heads:?}");
}

/// Metadata may name the hosts of the configuration and those of `allow_hosts`, since the proxy resolves their names.
#[tokio::test]
async fn metadata_may_name_allowed_hosts_only() {
    for (host, allow, is_accepted) in [
        ("keys.far.example", "", false),
        ("keys.far.example", "allow_hosts = ['keys.far.example']", true),
        ("keys.far.example", "allow_hosts = ['*.far.example']", true),
        ("keys.evil.example", "allow_hosts = ['*.far.example']", false),
        ("10.0.0.1", "allow_hosts = ['*.far.example']", false),
        ("169.254.169.254", "", false),
    ] {
        let op = Op::start();
        let proxy = Proxy::start(&op.issuer);
        let gateway = behind(&proxy, &op, "sso.far.example", allow);
        op.set_metadata("jwks_uri", json!(format!("http://{host}/jwks")));
        let browser = gateway.browser();
        let begun = browser.begin("far").await;
        let back = browser.get(&begun.callback_of("alice")).await;
        assert_eq!(back.status == 303, is_accepted, "{host} {allow}: {back:?}");
        assert_eq!(proxy.heads().iter().any(|head| head.contains(host)), is_accepted, "{host} {allow}");
    }
}

/// Hosts of `no_proxy` are reached directly, and the tunnel of `CONNECT` is asked for with the port.
#[tokio::test]
async fn no_proxy_is_reached_directly_and_https_by_connect() {
    let op = Op::start();
    let proxy = Proxy::start(&op.issuer);
    let toml = format!("[outbound]\nproxy = '{}'\nno_proxy = ['127.0.0.0/8']", proxy.url);
    let gateway = Setup::new().toml(&toml).issuer("secured", "https://sso.far.example:8443").start();
    assert_eq!(gateway.browser().sign_in("alice").await.status, 303);
    assert!(proxy.heads().iter().all(|head| head.starts_with("CONNECT sso.far.example:8443 ")));
    assert_eq!(gateway.browser().fetch("/login/secured").await.status, 503, "no TLS behind the proxy");
    let heads = proxy.heads();
    assert!(!heads.is_empty() && heads.iter().all(|head| head == "CONNECT sso.far.example:8443 HTTP/1.1"), "{heads:?}");
}
