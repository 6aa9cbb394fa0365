//! A minimal OpenID provider: HTTP/1.1 on a loopback port, one thread for each connection, one request on each.

#![allow(dead_code, unused_imports, reason = "several test binaries share it, and each uses a part")]

mod ec_key;
mod refreshing;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use serde_json::{Value, json};
use vestibule::base::clock::Clock;

pub use ec_key::EcKey;
pub use refreshing::Refreshing;

/// The current time if no clock is set, in seconds since 1970.
pub const NOW: i64 = 1_800_000_000;
/// The `client_id` of the gateway.
pub const CLIENT: &str = "us:1";
/// The `kid` of the first key.
pub const KID: &str = "first";
/// The path of the discovery document.
pub const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// The response to a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status, headers and body.
    Http(u16, Vec<(String, String)>, String),
    /// A response with status 200, these headers and any bytes as its body.
    Bytes(Vec<(String, String)>, Vec<u8>),
    Endless,
    /// A body shorter than its `Content-Length`.
    Broken,
    /// Closes the connection without a response.
    Closed,
    /// The usual response, delayed until the reply is changed.
    Held,
    /// Delays the next request until [`Op::release`]; later requests get the usual response.
    HeldOnce,
    /// No response until the client closes the connection.
    Silent,
    /// A response sent byte by byte.
    Dripping,
}

impl Reply {
    /// A response with a `Content-Type`.
    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self::Http(status, vec![("Content-Type".into(), content_type.into())], body.into())
    }

    /// This response with an additional header.
    pub fn with(self, name: &str, value: &str) -> Self {
        let Self::Http(status, mut headers, body) = self else { panic!("no answer") };
        headers.push((name.into(), value.into()));
        Self::Http(status, headers, body)
    }
}

#[derive(Clone)]
pub struct Call {
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// The body as text.
    pub body: String,
    headers: Vec<(String, String)>,
}

impl Call {
    /// The value of a header, if present.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of a form field.
    pub fn form(&self, name: &str) -> Vec<String> {
        let pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs.filter(|(known, _)| known == name).map(|(_, value)| value.into_owned()).collect()
    }

    /// The credentials of HTTP Basic, decoded.
    pub fn basic(&self) -> Option<String> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
    }
}

struct State {
    clock: Option<Clock>,
    metadata: Value,
    replies: HashMap<String, Reply>,
    calls: Vec<Call>,
    claims: Value,
    key: Ed25519KeyPair,
    published: String,
    header: Value,
    secret: Option<String>,
    /// A private key for ES256 that signs ID tokens.
    ec: Option<Vec<u8>>,
    also: Vec<Value>,
    refreshing: Refreshing,
}

/// The provider. Clones share its state. Its threads end with the test process.
#[derive(Clone)]
pub struct Op {
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

impl Op {
    /// Starts a provider on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let state = State {
            clock: None,
            metadata: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/auth"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "jwks_uri": format!("{issuer}/jwks"),
                "end_session_endpoint": format!("{issuer}/end"),
                "id_token_signing_alg_values_supported": ["RS256", "EdDSA"],
            }),
            replies: HashMap::new(),
            calls: vec![],
            claims: json!({}),
            key: Ed25519KeyPair::generate().expect("a key"),
            published: KID.into(),
            header: json!({"alg": "EdDSA", "kid": KID}),
            secret: None,
            ec: None,
            also: vec![],
            refreshing: Refreshing::default(),
        };
        let state = Arc::new(Mutex::new(state));
        let (shared, own_issuer) = (Arc::clone(&state), issuer.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, issuer) = (Arc::clone(&shared), own_issuer.clone());
                std::thread::spawn(move || serve(stream, &state, &issuer));
            }
        });
        Self { issuer, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A code for the user `sub` and the login with that nonce. Any other code is for Alice and a fixed nonce.
    pub fn code(sub: &str, nonce: &str) -> String {
        format!("{sub}~{nonce}")
    }

    /// Uses this clock from now on.
    pub fn follow(&self, clock: Clock) {
        self.state().clock = Some(clock);
    }

    /// Reverts [`Op::reply`] for a path.
    pub fn recover(&self, path: &str) {
        self.state().replies.remove(path);
    }

    /// Responds to the delayed request.
    pub fn release(&self, path: &str) {
        self.recover(&held(path));
    }

    /// Changes the settings of refresh tokens.
    pub fn refreshing(&self, change: impl FnOnce(&mut Refreshing)) {
        change(&mut self.state().refreshing);
    }

    /// Sets a member of the discovery document.
    pub fn set_metadata(&self, name: &str, value: Value) {
        self.state().metadata[name] = value;
    }

    /// Sets claims of future ID tokens.
    pub fn set_claims(&self, claims: Value) {
        self.state().claims = claims;
    }

    /// Sets the response to requests of a path.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.state().replies.insert(path.into(), reply);
    }

    /// Replaces the signing key and publishes the new one.
    pub fn rotate(&self, kid: &str) {
        let mut state = self.state();
        state.key = Ed25519KeyPair::generate().expect("a key");
        state.published = kid.into();
        state.header["kid"] = json!(kid);
    }

    /// Sets the `kid` header of future ID tokens.
    pub fn sign_as(&self, kid: &str) {
        self.set_header("kid", json!(kid));
    }

    /// Sets a member of the header of future ID tokens.
    pub fn set_header(&self, name: &str, value: Value) {
        self.state().header[name] = value;
    }

    /// From now on, signs ID tokens by HMAC with the client secret.
    pub fn sign_with_secret(&self, secret: &str) {
        let mut state = self.state();
        state.header = json!({"alg": "HS256"});
        state.secret = Some(secret.into());
    }

    /// Publishes a further key.
    pub fn publish_also(&self, key: Value) {
        self.state().also.push(key);
    }

    /// From now on, signs ID tokens by ES256 with this private key; with none, as before.
    pub fn sign_by(&self, pkcs8: &[u8]) {
        self.state().ec = Some(pkcs8.to_vec()).filter(|key| !key.is_empty());
    }

    pub fn jwk(&self) -> Value {
        self.state().jwk()
    }

    /// The body of the usual response to a request without a form.
    pub fn usual(&self, path: &str) -> String {
        let call = Call { method: "GET".into(), path: path.into(), body: String::new(), headers: vec![] };
        match self.answer(&call) {
            Reply::Http(_, _, body) => body,
            other => panic!("{other:?}"),
        }
    }

    /// Signs any header and claims with the current key.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        self.state().signed(header, claims)
    }

    /// All requests so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// All requests of one path so far.
    pub fn calls_to(&self, path: &str) -> Vec<Call> {
        self.state().calls.iter().filter(|call| call.path == path).cloned().collect()
    }

    /// The usual response, for a test server in front of this provider.
    pub fn answer(&self, call: &Call) -> Reply {
        self.state().usual(call, &self.issuer)
    }

    /// Adds a `Date` to the usual responses of the key set.
    pub fn dated(&self, date: &str) {
        let (path, call) =
            ("/jwks", Call { method: "GET".into(), path: "/jwks".into(), body: String::new(), headers: vec![] });
        let reply = self.answer(&call).with("Date", date);
        self.reply(path, reply);
    }

    /// Clears the list of requests.
    pub fn forget(&self) {
        self.state().calls.clear();
    }
}

/// Starts a server on a free port and returns its origin. Its threads end with the test process.
pub fn listen(answer: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let reply = read(&stream).map(|call| answer(&call));
                reply.map(|reply| write(&mut stream, &reply))
            });
        }
    });
    origin
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, issuer: &str) {
    let Some(call) = read(&stream) else { return };
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let mut path = call.path.clone();
    let (usual, mut reply) = {
        let mut state = lock();
        let usual = state.usual(&call, issuer);
        state.calls.push(call);
        if matches!(state.replies.get(&path), Some(Reply::HeldOnce)) {
            state.replies.remove(&path);
            path = held(&path);
            state.replies.insert(path.clone(), Reply::Held);
        }
        (usual, state.replies.get(&path).cloned())
    };
    while matches!(reply, Some(Reply::Held)) {
        std::thread::sleep(Duration::from_millis(5));
        reply = lock().replies.get(&path).cloned();
    }
    // The client may have closed the connection.
    let _gone = write(&mut stream, &reply.unwrap_or(usual));
}

/// The key of the reply to a delayed request.
fn held(path: &str) -> String {
    format!("held {path}")
}

fn read(stream: &TcpStream) -> Option<Call> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let [method, path] = [0, 1].map(|part| line.split(' ').nth(part).map(str::to_owned));
    let (method, path) = (method?, path?);
    let mut headers = vec![];
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut call = Call { method, path, body: String::new(), headers };
    let length = call.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    call.body = String::from_utf8(body).ok()?;
    Some(call)
}

fn write(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    match reply {
        Reply::Http(status, headers, body) => {
            write!(stream, "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len())?;
            for (name, value) in headers {
                write!(stream, "{name}: {value}\r\n")?;
            }
            write!(stream, "\r\n{body}")?;
            stream.flush()
        }
        Reply::Bytes(headers, body) => {
            write!(stream, "HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len())?;
            for (name, value) in headers {
                write!(stream, "{name}: {value}\r\n")?;
            }
            stream.write_all(b"\r\n")?;
            stream.write_all(body)?;
            stream.flush()
        }
        Reply::Endless => {
            write!(stream, "{head}\r\n")?;
            loop {
                stream.write_all(&[b' '; 8192])?;
            }
        }
        Reply::Broken => write!(stream, "{head}Content-Length: 1000\r\n\r\n{{\"access_token\":"),
        Reply::Closed | Reply::Held | Reply::HeldOnce => Ok(()),
        Reply::Silent => stream.read(&mut [0]).map(drop),
        Reply::Dripping => {
            write!(stream, "{head}Content-Length: 100000\r\n\r\n")?;
            stream.set_read_timeout(Some(Duration::from_millis(50)))?;
            while stream.read(&mut [0]).is_err() {
                stream.write_all(b" ")?;
            }
            Ok(())
        }
    }
}

impl State {
    fn usual(&mut self, call: &Call, issuer: &str) -> Reply {
        let body = match call.path.as_str() {
            WELL_KNOWN => self.metadata.clone(),
            "/jwks" => {
                let keys: Vec<_> = [self.jwk()].into_iter().chain(self.also.clone()).collect();
                json!({ "keys": keys })
            }
            "/token" => {
                let refresh_token = call.form("refresh_token").concat();
                if !refresh_token.is_empty() {
                    return self.refresh(issuer, &refresh_token);
                }
                let code = call.form("code").concat();
                let id_token = self.id_token(issuer, &code);
                let usual =
                    json!({"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": id_token});
                with(usual, &self.refreshing.log_in(code.split('~').next().unwrap_or_default()))
            }
            "/revoke" => json!({}),
            path if path.starts_with("/auth?") && path.contains("prompt=none") => return not_signed_in(path),
            _ => return Reply::text(404, "text/html", "not here"),
        };
        Reply::text(200, "application/json", &body.to_string())
    }

    /// The response to a refresh.
    fn refresh(&mut self, issuer: &str, refresh_token: &str) -> Reply {
        let Some((sub, mut members)) = self.refreshing.refresh(refresh_token) else {
            return Reply::text(400, "application/json", r#"{"error":"invalid_grant"}"#);
        };
        if self.refreshing.with_id_token {
            members["id_token"] = json!(self.id_token(issuer, &format!("{sub}~")));
        }
        Reply::text(200, "application/json", &members.to_string())
    }

    fn jwk(&self) -> Value {
        let x = B64.encode(self.key.public_key().as_ref());
        json!({"kty": "OKP", "crv": "Ed25519", "kid": self.published, "x": x})
    }

    /// The ID token for a code.
    fn id_token(&self, issuer: &str, code: &str) -> String {
        let now = self.clock.as_ref().map_or(NOW, |clock| clock.now().timestamp());
        let (sub, nonce) = code.split_once('~').unwrap_or(("alice", "the-nonce"));
        let mut claims = json!({
            "iss": issuer, "aud": CLIENT, "sub": sub, "nonce": nonce, "iat": now, "exp": now + 3600, "auth_time": now,
        });
        if nonce.is_empty() {
            claims.as_object_mut().expect("claims").remove("nonce");
        }
        if code.contains('~') {
            claims["email"] = json!(format!("{sub}@example.com"));
            claims["email_verified"] = json!(true);
            claims["name"] = json!(format!("{sub} of Example"));
        }
        let claims = with(claims, &self.claims);
        match &self.ec {
            Some(pkcs8) => ec_key::signed_by(pkcs8, &claims),
            None => self.signed(&self.header, &claims),
        }
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
        let signature = match &self.secret {
            Some(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hmac::sign(&key, input.as_bytes()).as_ref().to_vec()
            }
            None => self.key.sign(input.as_bytes()).as_ref().to_vec(),
        };
        format!("{input}.{}", B64.encode(signature))
    }
}

/// The response to an authorization request with `prompt=none`: nobody is signed in.
fn not_signed_in(path: &str) -> Reply {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let redirect_uri = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "redirect_uri");
    let redirect_uri = redirect_uri.map(|(_, value)| value.into_owned()).unwrap_or_default();
    Reply::text(302, "text/html", "").with("Location", &format!("{redirect_uri}?error=login_required"))
}

/// Claims with changes; null removes a claim.
fn with(mut claims: Value, others: &Value) -> Value {
    for (name, value) in others.as_object().expect("claims") {
        match value {
            Value::Null => drop(claims.as_object_mut().expect("claims").remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}
