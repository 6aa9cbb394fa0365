//! A provider of OAuth 1.0a, as RFC 5849 describes one: it verifies every signature, nonce and timestamp by code of its
//! own, which an independent client proves (`tests/peers/oauth1.py`).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use vestibule::base::clock::Clock;

use crate::emulations::site::{Site, pairs, path, query, redirect};
use crate::fake_provider::{Call, Reply};
use crate::support::Setup;

pub const CONSUMER: &str = "dpf43f3p2l4k3l03";
pub const CONSUMER_SECRET: &str = "kd94 hf93+k423&kf44é";
/// The accepted clock difference, in seconds.
const SKEW: i64 = 300;

/// The user's decision, and how the provider reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    Agrees,
    /// Denied, reported as by Twitter.
    Denied,
    /// Denied, reported as by the Problem Reporting extension.
    UserRefused,
    /// Denied, reported as by Evernote: the callback has only the token.
    Silent,
}

struct Token {
    secret: String,
    callback: String,
    verifier: Option<String>,
}

struct State {
    clock: Clock,
    person: Person,
    me: Value,
    method: String,
    public_key: Vec<u8>,
    requests: HashMap<String, Token>,
    access: HashMap<String, String>,
    seen: HashSet<(String, String)>,
    issued: usize,
    refused: Vec<String>,
}

/// The provider. Clones share its state.
#[derive(Clone)]
pub struct Photos {
    pub site: Site,
    /// The client's private key for RSA-SHA1, in PEM.
    pub pem: Arc<str>,
    state: Arc<Mutex<State>>,
}

impl Photos {
    /// Starts it; requests must use this signature method.
    pub fn start(method: &str, clock: Clock) -> Self {
        let (pem, public_key) = if method == "RSA-SHA1" { key() } else { <(String, Vec<u8>)>::default() };
        let state = State {
            clock,
            person: Person::Agrees,
            me: json!({"user": {"id": 6_253_282, "name": "Ada Lovelace", "screen_name": "ada", "email": "ada@example.com"}}),
            method: method.to_owned(),
            public_key,
            requests: HashMap::new(),
            access: HashMap::new(),
            seen: HashSet::new(),
            issued: 0,
            refused: vec![],
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let site = Site::start(move |call| shared.lock().unwrap_or_else(PoisonError::into_inner).answer(call));
        Self { site, pem: pem.into(), state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the user's decision.
    pub fn set_decision(&self, person: Person) {
        self.state().person = person;
    }

    /// Sets the user's profile.
    pub fn is(&self, me: Value) {
        self.state().me = me;
    }

    /// The reasons for rejected requests so far.
    pub fn refused(&self) -> Vec<String> {
        self.state().refused.clone()
    }

    /// Every token and secret issued so far.
    pub fn secrets(&self) -> Vec<String> {
        let state = self.state();
        let requests = state.requests.values().map(|token| token.secret.clone());
        requests.chain(state.access.iter().flat_map(|(token, secret)| [token.clone(), secret.clone()])).collect()
    }

    /// The table of the provider in the configuration, with additional keys.
    pub fn table(&self, more: &str) -> String {
        let origin = &self.site.origin;
        let State { method, .. } = &*self.state();
        let secret = match method.as_str() {
            "RSA-SHA1" => format!("private_key = '''{}'''", self.pem),
            _ => format!("client_secret = '{CONSUMER_SECRET}'"),
        };
        format!(
            "[providers.photos]
             kind = 'oauth1'
             client_id = '{CONSUMER}'
             {secret}
             signature_method = '{method}'
             request_token_endpoint = '{origin}/oauth/request_token'
             authorization_endpoint = '{origin}/oauth/authorize?theme=dark'
             access_token_endpoint = '{origin}/oauth/access_token'
             userinfo_endpoint = '{origin}/api/me?fields=id,name&q=%2B+é*'
             profile_calls = {{ addresses = '{origin}/api/addresses' }}
             profile_pick = {{ addresses = '/main' }}
             extra_params = {{ screen_name = 'ada' }}
             {more}
             [providers.photos.claims]
             sub = '/user/id'
             name = '/user/name'
             preferred_username = '/user/screen_name'
             email = '/addresses/email'
             email_verified = '/addresses/confirmed'"
        )
    }

    /// A gateway with this provider, on the same clock.
    pub fn setup(method: &str, more: &str) -> (Setup, Self) {
        let setup = Setup::new().without_providers();
        let photos = Self::start(method, setup.clock.clone());
        let table = photos.table(more);
        (setup.toml(&table), photos)
    }
}

/// A private key in PEM, and its public key.
fn key() -> (String, Vec<u8>) {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("DER");
    let lines: Vec<_> = STANDARD.encode(der.as_ref()).as_bytes().chunks(64).map(<[u8]>::to_vec).collect();
    let lines = String::from_utf8(lines.join(&b'\n')).expect("base64");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n");
    (pem, pair.public_key().as_ref().to_vec())
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        if call.method == "POST" && call.header("content-length") != Some("0") {
            // Many servers require `Content-Length: 0`.
            return Reply::text(411, "text/html", "<html>Length Required");
        }
        let answer = match (call.method.as_str(), path(call)) {
            ("POST", "/oauth/request_token") => self.request_token(call),
            ("GET", "/oauth/authorize") => Ok(self.authorize(call)),
            ("POST", "/oauth/access_token") => self.access_token(call),
            ("GET", "/api/me") => self.api(call, &self.me.clone()),
            ("GET", "/api/addresses") => {
                let one = |email, main| json!({"email": email, "main": main, "confirmed": true});
                self.api(
                    call,
                    &json!({"stat": "ok", "list": [one("old@example.com", false), one("ada@example.com", true)]}),
                )
            }
            _ => Ok(Reply::text(404, "text/html", "<html>")),
        };
        answer.unwrap_or_else(|problem| {
            self.refused.push(problem.to_owned());
            let body = format!("oauth_problem={problem}&oauth_problem_advice=token+4711");
            Reply::text(401, "application/x-www-form-urlencoded", &body)
        })
    }

    fn request_token(&mut self, call: &Call) -> Result<Reply, &'static str> {
        let said = self.verified(call, None)?;
        let callback = said.get("oauth_callback").ok_or("parameter_absent")?.clone();
        url::Url::parse(&callback).map_err(|_| "parameter_rejected")?;
        let (token, secret) = (self.fresh("request"), self.fresh("request-secret"));
        let form =
            form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("oauth_callback_confirmed", "true")]);
        self.requests.insert(token, Token { secret, callback, verifier: None });
        // Twitter labels it as HTML.
        Ok(Reply::text(200, "text/html; charset=utf-8", &form))
    }

    fn authorize(&mut self, call: &Call) -> Reply {
        let verifier = self.fresh("verifier");
        let token = query(call, "oauth_token").unwrap_or_default();
        let Some(Token { callback, verifier: expected, .. }) = self.requests.get_mut(&token) else {
            return Reply::text(404, "text/html", "<html>no such request");
        };
        match self.person {
            Person::Agrees => {
                *expected = Some(verifier.clone());
                redirect(callback, &[("oauth_token", &token), ("oauth_verifier", &verifier)])
            }
            Person::Denied => redirect(callback, &[("denied", &token)]),
            Person::UserRefused => redirect(callback, &[("oauth_token", &token), ("oauth_problem", "user_refused")]),
            Person::Silent => redirect(callback, &[("oauth_token", &token)]),
        }
    }

    fn access_token(&mut self, call: &Call) -> Result<Reply, &'static str> {
        let name = header(call)?.get("oauth_token").ok_or("parameter_absent")?.clone();
        let secret = self.requests.get(&name).ok_or("token_rejected")?.secret.clone();
        let said = self.verified(call, Some(&secret))?;
        let token = self.requests.remove(&name).ok_or("token_used")?;
        if token.verifier.is_none() || token.verifier.as_ref() != said.get("oauth_verifier") {
            return Err("verifier_invalid");
        }
        let (token, secret) = (self.fresh("access"), self.fresh("access-secret"));
        let form = form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("user_id", "6253282")]);
        self.access.insert(token, secret);
        Ok(Reply::text(200, "text/plain", &form))
    }

    fn api(&mut self, call: &Call, answer: &Value) -> Result<Reply, &'static str> {
        let name = header(call)?.get("oauth_token").ok_or("parameter_absent")?.clone();
        let secret = self.access.get(&name).ok_or("token_rejected")?.clone();
        self.verified(call, Some(&secret))?;
        Ok(Reply::text(200, "application/json", &answer.to_string()))
    }

    fn fresh(&mut self, what: &str) -> String {
        self.issued += 1;
        format!("{what}/{}+&={:016x}", self.issued, self.issued * 0x9e37_79b9)
    }

    /// Verifies a request (RFC 5849 §3.2) and returns the parameters of the header.
    fn verified(&mut self, call: &Call, token_secret: Option<&str>) -> Result<HashMap<String, String>, &'static str> {
        let said = header(call)?;
        let get = |name: &str| said.get(name).map(String::as_str).ok_or("parameter_absent");
        if get("oauth_consumer_key")? != CONSUMER {
            return Err("consumer_key_unknown");
        }
        if get("oauth_signature_method")? != self.method {
            return Err("signature_method_rejected");
        }
        if said.get("oauth_version").is_some_and(|version| version != "1.0") {
            return Err("version_rejected");
        }
        let base = base_string(call, &said);
        if !self.is_signed(&base, get("oauth_signature")?, token_secret.unwrap_or_default()) {
            return Err("signature_invalid");
        }
        let timestamp: i64 = get("oauth_timestamp")?.parse().map_err(|_| "parameter_rejected")?;
        if (timestamp - self.clock.now().timestamp()).abs() > SKEW {
            return Err("timestamp_refused");
        }
        let nonce = get("oauth_nonce")?;
        if nonce.is_empty() || !self.seen.insert((timestamp.to_string(), nonce.to_owned())) {
            return Err("nonce_used");
        }
        Ok(said)
    }

    fn is_signed(&self, base: &str, signature: &str, token_secret: &str) -> bool {
        let key = format!("{}&{}", escaped(CONSUMER_SECRET), escaped(token_secret));
        let is_mac = |algorithm| {
            let key = hmac::Key::new(algorithm, key.as_bytes());
            STANDARD.decode(signature).is_ok_and(|tag| hmac::verify(&key, base.as_bytes(), &tag).is_ok())
        };
        match self.method.as_str() {
            "HMAC-SHA1" => is_mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            "HMAC-SHA256" => is_mac(hmac::HMAC_SHA256),
            "PLAINTEXT" => signature == key,
            _ => {
                let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, &self.public_key);
                STANDARD.decode(signature).is_ok_and(|signature| key.verify(base.as_bytes(), &signature).is_ok())
            }
        }
    }
}

/// The parameters of `Authorization: OAuth …`; a repeated one is an error.
fn header(call: &Call) -> Result<HashMap<String, String>, &'static str> {
    let list = call.header("authorization").and_then(|value| value.strip_prefix("OAuth ")).ok_or("parameter_absent")?;
    let mut said = HashMap::new();
    for part in list.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or("parameter_rejected")?;
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or("parameter_rejected")?;
        let [name, value] = [name, value].map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
        if said.insert(name, value).is_some() {
            return Err("parameter_rejected");
        }
    }
    Ok(said)
}

/// The signature base string (RFC 5849 §3.4.1) of the request as received.
fn base_string(call: &Call, said: &HashMap<String, String>) -> String {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    let is_form = call.header("content-type").is_some_and(|name| name.starts_with("application/x-www-form-urlencoded"));
    let signed = said.iter().filter(|(name, _)| !["realm", "oauth_signature"].contains(&name.as_str()));
    let mut all: Vec<(String, String)> = signed.map(|(name, value)| (escaped(name), escaped(value))).collect();
    for encoded in [query, if is_form { &call.body } else { "" }] {
        all.extend(pairs(encoded).iter().map(|(name, value)| (escaped(name), escaped(value))));
    }
    all.sort();
    let all: Vec<_> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let host = call.header("host").expect("a host").to_lowercase();
    let parts = [&call.method, &format!("http://{host}{path}"), &all.join("&")];
    parts.map(|part| escaped(part)).join("&")
}

/// Percent-encoding (RFC 5849 §3.6).
fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

fn form(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
