//! Providers behind TLS: whose certificate is believed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::fake_provider::Op;
use crate::support::{Gateway, Setup};

/// A certificate authority, in a file as an operator has it.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut parameters = CertificateParams::new(vec![]).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let pem = parameters.self_signed(&key).expect("a certificate").pem();
        let file = std::env::temp_dir().join(format!("vestibule-{}-{}.pem", std::process::id(), uuid::Uuid::new_v4()));
        std::fs::write(&file, pem).expect("a file");
        Self { issuer: Issuer::new(parameters, key), file }
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.file);
    }
}

fn server(host: &str) -> CertificateParams {
    CertificateParams::new(vec![host.to_owned()]).expect("parameters")
}

fn expired() -> CertificateParams {
    let mut parameters = server("localhost");
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    parameters
}

/// A provider that speaks TLS. Only requests that came through a handshake reach it.
struct Secured {
    op: Op,
    issuer: String,
    connections: Arc<AtomicUsize>,
    /// Its certificate in PEM.
    certificate: String,
}

impl Secured {
    /// With a certificate by an authority; without one, it vouches for itself.
    fn start(parameters: &CertificateParams, by: Option<&Authority>) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = match by {
            Some(authority) => parameters.signed_by(&key, &authority.issuer),
            None => parameters.self_signed(&key),
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let certificate = certificate.expect("a certificate");
        let (chain, certificate) = (vec![certificate.der().clone()], certificate.pem());
        let config = builder.expect("versions").with_no_client_auth().with_single_cert(chain, key);
        let config = Arc::new(config.expect("a configuration"));

        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let issuer = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let op = Op::start();
        let behind = op.issuer.trim_start_matches("http://").to_owned();
        op.set_metadata("issuer", json!(issuer));
        op.set_claims(json!({ "iss": issuer }));
        for (name, path) in [
            ("authorization_endpoint", "auth"),
            ("token_endpoint", "token"),
            ("jwks_uri", "jwks"),
            ("userinfo_endpoint", "userinfo"),
            ("end_session_endpoint", "end"),
        ] {
            op.set_metadata(name, json!(format!("{issuer}/{path}")));
        }
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
                let behind = behind.clone();
                std::thread::spawn(move || relay(StreamOwned::new(connection, stream), &behind));
            }
        });
        Self { op, issuer, connections, certificate }
    }

    /// A gateway at which people sign in, with or without a `ca_file`.
    fn gateway(&self, authority: Option<&Authority>) -> Gateway {
        self.gateway_with(authority.map(|authority| &authority.file))
    }

    fn gateway_with(&self, ca_file: Option<&PathBuf>) -> Gateway {
        let setup = Setup::new().issuer("secured", &self.issuer);
        self.op.follow(setup.clock.clone());
        let file = ca_file.map(|file| format!("[providers.secured]\nca_file = '{}'", file.display()));
        setup.toml(&file.unwrap_or_default()).start()
    }

    /// Its own certificate, in a file.
    fn certificate_file(&self) -> PathBuf {
        let file = std::env::temp_dir().join(format!("vestibule-{}-{}.pem", std::process::id(), uuid::Uuid::new_v4()));
        std::fs::write(&file, &self.certificate).expect("a file");
        file
    }
}

/// One request there, and its answer back.
fn relay(mut tls: StreamOwned<ServerConnection, TcpStream>, behind: &str) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut more = [0; 4096];
        match tls.read(&mut more) {
            Ok(read @ 1..) => request.extend_from_slice(&more[..read]),
            // A failed handshake, or a client that sends nothing.
            _ => return,
        }
    }
    let mut plain = TcpStream::connect(behind).expect("a provider");
    plain.write_all(&request).expect("sent");
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).expect("an answer");
    let _gone = tls.write_all(&answer);
    tls.conn.send_close_notify();
    let _gone = tls.flush();
    let _gone = tls.sock.shutdown(Shutdown::Write);
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    body.len() >= length.map_or(0, |length| length.trim().parse().expect("a length"))
}

/// RD-06: the gateway sends no request to a server whose certificate is not that of the provider.
#[tokio::test]
async fn a_provider_with_an_untrusted_certificate_gets_no_request() {
    let (trusted, other) = (Authority::new("trusted"), Authority::new("other"));
    let cases = [
        ("self-signed", Secured::start(&server("localhost"), None), None),
        ("self-signed, beside an authority", Secured::start(&server("localhost"), None), Some(&trusted)),
        ("of an authority that nobody named", Secured::start(&server("localhost"), Some(&trusted)), None),
        ("of another authority", Secured::start(&server("localhost"), Some(&other)), Some(&trusted)),
        ("for another host", Secured::start(&server("sso.example.com"), Some(&trusted)), Some(&trusted)),
        ("expired", Secured::start(&expired(), Some(&trusted)), Some(&trusted)),
    ];
    for (case, secured, authority) in cases {
        let gateway = secured.gateway(authority);
        let browser = gateway.browser();
        let answer = browser.fetch("/login/secured").await;
        assert_eq!(answer.problem(), (503, "provider_unavailable".into()), "{case}");
        let begun = browser.fetch("/oauth2/url/?provider=secured").await;
        assert_eq!(begun.problem(), (503, "provider_unavailable".into()), "{case}");
        assert!(secured.connections.load(Ordering::SeqCst) > 0, "{case}: it was not even tried");
        assert_eq!(secured.op.calls().len(), 0, "{case}: a request came through");
        // Others are not concerned.
        assert_eq!(browser.sign_in("alice").await.status, 303, "{case}");
    }
}

/// The control: the same server with the right certificate is one to sign in at.
#[tokio::test]
async fn a_provider_with_a_configured_ca_is_accepted() {
    let authority = Authority::new("trusted");
    let secured = Secured::start(&server("localhost"), Some(&authority));
    let gateway = secured.gateway(Some(&authority));
    let browser = gateway.browser();
    let begun = browser.begin("secured").await;
    let back = browser.get(&begun.callback_of("alice")).await;
    assert_eq!(back.status, 303, "{back:?}");
    assert_eq!(browser.fetch("/session").await.json()["user"]["email"], "alice@example.com");
    assert_eq!(secured.op.calls_to("/token").len(), 1);
}

/// RD-06: the certificate of the provider itself as `ca_file`, by any issuer. Host name and validity are checked all the same.
#[tokio::test]
async fn a_provider_certificate_as_ca_file_is_accepted() {
    let authority = Authority::new("private");
    let is_ca = |mut parameters: CertificateParams| {
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters
    };
    for (case, secured, is_accepted) in [
        ("a CA, as openssl makes it", Secured::start(&is_ca(server("localhost")), None), true),
        ("no CA", Secured::start(&server("localhost"), None), true),
        ("of a private CA that is not given", Secured::start(&server("localhost"), Some(&authority)), true),
        ("for another host", Secured::start(&is_ca(server("sso.example.com")), None), false),
        ("expired", Secured::start(&is_ca(expired()), None), false),
        ("expired, no CA", Secured::start(&expired(), None), false),
    ] {
        let file = secured.certificate_file();
        let gateway = secured.gateway_with(Some(&file));
        let browser = gateway.browser();
        if is_accepted {
            let begun = browser.begin("secured").await;
            assert_eq!(browser.get(&begun.callback_of("alice")).await.status, 303, "{case}");
        } else {
            assert_eq!(browser.fetch("/login/secured").await.problem(), (503, "provider_unavailable".into()), "{case}");
            assert_eq!(secured.op.calls().len(), 0, "{case}: a request came through");
        }
        let _gone = std::fs::remove_file(file);
    }
    // The certificate of another server with the same name is not accepted.
    let (mine, other) = (Secured::start(&server("localhost"), None), Secured::start(&server("localhost"), None));
    let file = other.certificate_file();
    let gateway = mine.gateway_with(Some(&file));
    assert_eq!(gateway.browser().fetch("/login/secured").await.status, 503);
    let _gone = std::fs::remove_file(file);
}
