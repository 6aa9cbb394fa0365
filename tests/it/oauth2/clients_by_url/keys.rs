//! Clients by URL that authenticate with `private_key_jwt`, by the key set at the `jwks_uri` of their document.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::support::{Host, beside, refusal};
use crate::fake_provider::Reply;
use crate::support::app::{self, Tokens, code, error};
use crate::support::{Answer, Gateway};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const KEYS: &str = "/keys.json";

/// A key of the client.
struct Key {
    kid: &'static str,
    private: EncodingKey,
    jwk: Value,
}

impl Key {
    fn new(kid: &'static str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let public = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key");
        let x = URL_SAFE_NO_PAD.encode(public.public_key().as_ref());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "x": x});
        Self { kid, private: EncodingKey::from_ed_der(pkcs8.as_ref()), jwk }
    }

    /// A new assertion of the client, and what goes with it in a form.
    fn signs(&self, host: &Host, changes: &Value) -> [(&'static str, String); 2] {
        let now = host.gateway.clock.now().timestamp();
        let mut claims = json!({"iss": host.id, "sub": host.id, "aud": host.gateway.public_url, "exp": now + 60,
            "jti": uuid::Uuid::new_v4().to_string()});
        claims.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        let header = Header { kid: Some(self.kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let assertion = jsonwebtoken::encode(&header, &claims, &self.private).expect("a JWT");
        [("client_assertion_type", TYPE.to_owned()), ("client_assertion", assertion)]
    }
}

/// A host whose client has these keys.
fn host(keys: &[&Key]) -> Host {
    let host = Host::start();
    serve(&host, keys);
    host
}

fn serve(host: &Host, keys: &[&Key]) {
    let jwks_uri = host.id.replace(super::support::DOCUMENT, KEYS);
    host.serve(&json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": jwks_uri}));
    let keys: Vec<_> = keys.iter().map(|key| key.jwk.clone()).collect();
    host.reply_at(KEYS, Reply::text(200, "application/jwk-set+json", &json!({ "keys": keys }).to_string()));
}

/// A code to which a person has agreed.
async fn agreed(host: &Host) -> String {
    let browser = host.signed_in().await;
    let page = host.consent_page(&browser, &[]).await;
    code(&host.agree(&browser, &page).await)
}

async fn redeem(host: &Host, code: &str, proof: &[(&str, String)]) -> Answer {
    let proof: Vec<_> = proof.iter().map(|(name, value)| (*name, value.as_str())).collect();
    host.redeem(code, &proof).await
}

async fn post(gateway: &Gateway, path: &str, form: &[(&str, &str)], proof: &[(&str, String)]) -> Answer {
    let proof = proof.iter().map(|(name, value)| (*name, value.as_str()));
    app::post(gateway, path, &form.iter().copied().chain(proof).collect::<Vec<_>>()).await
}

fn refused() -> (u16, String) {
    (400, "invalid_client".to_owned())
}

/// Each request at the token endpoint and the revocation endpoint has a new assertion; without it the code and the tokens of such a
/// client are of no use, on every replica, also where its document cannot be fetched.
#[tokio::test]
async fn a_client_with_keys_signs_its_requests() {
    let (key, other) = (Key::new("one"), Key::new("one"));
    let host = host(&[&key]);
    let code = agreed(&host).await;
    for (what, proof) in [
        ("nothing", vec![]),
        ("another key", other.signs(&host, &json!({})).to_vec()),
        ("another client", key.signs(&host, &json!({"iss": "spa", "sub": "spa"})).to_vec()),
        ("another audience", key.signs(&host, &json!({"aud": "https://evil.example"})).to_vec()),
        ("an expired one", key.signs(&host, &json!({"exp": 1})).to_vec()),
        ("a secret", vec![("client_secret", "x".to_owned())]),
    ] {
        assert_eq!(error(&redeem(&host, &code, &proof).await), refused(), "{what}");
    }
    let proof = key.signs(&host, &json!({}));
    let tokens = Tokens::of(&redeem(&host, &code, &proof).await);
    assert_eq!(tokens.claims()["client_id"], host.id.as_str());
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("client_id", &host.id)];
    assert_eq!(error(&post(&host.gateway, "/oauth2/token", &form, &proof).await), refused(), "it was used");
    // Another replica has no document, and cannot fetch it.
    let beside = beside(&host.gateway, "");
    host.reply(Reply::Closed);
    assert_eq!(error(&post(&beside, "/oauth2/token", &form, &[]).await), refused());
    let unavailable = post(&beside, "/oauth2/token", &form, &key.signs(&host, &json!({}))).await;
    assert_eq!(error(&unavailable), (502, "temporarily_unavailable".to_owned()));
    let again = Tokens::of(&post(&host.gateway, "/oauth2/token", &form, &key.signs(&host, &json!({}))).await);
    let form = [("token", again.refresh()), ("client_id", &host.id)];
    assert_eq!(error(&post(&host.gateway, "/oauth2/revoke", &form, &[]).await), refused());
    // The assertion alone names the client (RFC 7521 §4.2).
    let form = [("token", again.refresh())];
    assert_eq!(post(&host.gateway, "/oauth2/revoke", &form, &key.signs(&host, &json!({}))).await.status, 200);
    assert_eq!(host.requests_at(KEYS), 1, "the keys are cached");
}

/// A key that is not in the cached set is looked for once a minute.
#[tokio::test]
async fn a_new_key_of_a_client_is_accepted_after_a_minute() {
    let (first, second) = (Key::new("first"), Key::new("second"));
    let host = host(&[&first]);
    let tokens = Tokens::of(&redeem(&host, &agreed(&host).await, &first.signs(&host, &json!({}))).await);
    serve(&host, &[&second]);
    let mut token = tokens.refresh().to_owned();
    for (key, seconds, accepted, fetches) in
        [(&second, 0, false, 1), (&second, 61, true, 2), (&first, 0, false, 2), (&second, 301, true, 3)]
    {
        host.gateway.hand.advance(TimeDelta::seconds(seconds));
        let form = [("grant_type", "refresh_token"), ("refresh_token", &token), ("client_id", &host.id)];
        let answer = post(&host.gateway, "/oauth2/token", &form, &key.signs(&host, &json!({}))).await;
        assert_eq!((answer.status == 200, host.requests_at(KEYS)), (accepted, fetches), "{} {seconds}", key.kid);
        if accepted {
            token = Tokens::of(&answer).refresh().to_owned();
        }
    }
}

/// RFC 9126 §2: a pushed request is signed as well; it comes before the person.
#[tokio::test]
async fn a_client_with_keys_signs_its_pushed_requests() {
    let key = Key::new("one");
    let host = host(&[&key]);
    let query = host.path(&[]);
    let form = query.split_once('?').expect("a query").1;
    let form: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(error(&post(&host.gateway, "/oauth2/par", &form, &[]).await), refused());
    assert_eq!(post(&host.gateway, "/oauth2/par", &form, &key.signs(&host, &json!({}))).await.status, 201);
    let other = Key::new("one").signs(&host, &json!({}));
    assert_eq!(error(&post(&host.gateway, "/oauth2/par", &form, &other).await), refused());
}

/// Nothing is fetched for an assertion of a client to which no person has agreed, and a public client cannot have one.
#[tokio::test]
async fn an_assertion_of_a_client_without_an_agreement_fetches_nothing() {
    let key = Key::new("one");
    let unknown = host(&[&key]);
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", unknown.id.as_str())];
    let answer = post(&unknown.gateway, "/oauth2/token", &form, &key.signs(&unknown, &json!({}))).await;
    assert_eq!((error(&answer), unknown.fetches(), unknown.requests_at(KEYS)), (refused(), 0, 0));
    let public = Host::start();
    let code = agreed(&public).await;
    assert_eq!(error(&redeem(&public, &code, &key.signs(&public, &json!({}))).await), refused());
    Tokens::of(&redeem(&public, &code, &[]).await);
}

/// The document that a person agrees to decides from then on.
#[tokio::test]
async fn a_changed_method_holds_from_the_next_agreement_on() {
    let key = Key::new("one");
    let host = host(&[&key]);
    let tokens = Tokens::of(&redeem(&host, &agreed(&host).await, &key.signs(&host, &json!({}))).await);
    host.serve(&json!({}));
    host.gateway.hand.advance(TimeDelta::seconds(301));
    assert_eq!(error(&host.refresh(tokens.refresh()).await), refused());
    Tokens::of(&redeem(&host, &agreed(&host).await, &[]).await);
    Tokens::of(&host.refresh(tokens.refresh()).await);
}

/// The key set is at an address where a client may be.
#[tokio::test]
async fn a_key_set_is_fetched_from_allowed_addresses_only() {
    for uri in ["https://10.0.0.1/keys", "http://app.example/keys", "https://app.example/", "file:///etc/passwd", ""] {
        let host = Host::start();
        host.serve(&json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": uri}));
        let refused = refusal(&host.signed_in().await, &host.path(&[])).await;
        assert_eq!(refused, (400, "client_document_refused".to_owned()), "{uri}");
    }
    for reply in [
        Reply::text(302, "application/json", "{}").with("Location", "https://app.example/keys"),
        Reply::text(200, "application/json", &" ".repeat(17 * 1024)),
        Reply::text(200, "application/json", "{\"keys\": []}"),
        Reply::text(200, "application/json", "{\"keys\": [{\"kty\": \"oct\", \"k\": \"eA\"}]}"),
    ] {
        let key = Key::new("one");
        let host = host(&[&key]);
        let code = agreed(&host).await;
        host.reply_at(KEYS, reply);
        assert_eq!(error(&redeem(&host, &code, &key.signs(&host, &json!({}))).await), refused());
    }
}
