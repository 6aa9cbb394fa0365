//! A provider that costs as little as possible: it has no page and no state. The code contains the `sub` and the nonce.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpResponse, web};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use vestibule::base::clock::Clock;

use super::servers;

/// A running provider; it runs until the process ends.
pub struct Provider {
    pub issuer: String,
    state: Arc<State>,
}

struct State {
    key: EcdsaKeyPair,
    clock: Clock,
    calls: AtomicU64,
}

/// The code of a person for the login with that nonce; it needs no encoding.
pub fn code(sub: &str, nonce: &str) -> String {
    format!("{sub}.{nonce}")
}

impl Provider {
    pub fn start() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let state = Arc::new(State { key, clock: Clock::system(), calls: AtomicU64::new(0) });
        let data = Data::from(Arc::clone(&state));
        let address = servers::start(1, move |address| {
            let issuer = Data::new(issuer_at(address));
            App::new()
                .app_data(data.clone())
                .app_data(issuer)
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/jwks", web::get().to(jwks))
                .route("/token", web::post().to(token))
        });
        Self { issuer: issuer_at(address), state }
    }

    /// The number of requests so far.
    pub fn calls(&self) -> u64 {
        self.state.calls.load(Ordering::Relaxed)
    }
}

fn issuer_at(address: SocketAddr) -> String {
    format!("http://{address}")
}

async fn discovery(state: Data<State>, issuer: Data<String>) -> HttpResponse {
    state.calls.fetch_add(1, Ordering::Relaxed);
    let at = |path: &str| format!("{}/{path}", issuer.as_str());
    HttpResponse::Ok().json(json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
    }))
}

async fn jwks(state: Data<State>) -> HttpResponse {
    state.calls.fetch_add(1, Ordering::Relaxed);
    let point = state.key.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
    let key = json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "bench", "x": x, "y": y});
    HttpResponse::Ok().json(json!({ "keys": [key] }))
}

async fn token(state: Data<State>, issuer: Data<String>, body: Bytes) -> HttpResponse {
    state.calls.fetch_add(1, Ordering::Relaxed);
    let form = std::str::from_utf8(&body).unwrap_or_default();
    let code = form.split('&').find_map(|pair| pair.strip_prefix("code=")).unwrap_or_default();
    let (sub, nonce) = code.split_once('.').unwrap_or_default();
    let now = state.clock.now().timestamp();
    let claims = format!(
        r#"{{"iss":"{}","aud":"bench","sub":"{sub}","nonce":"{nonce}","iat":{now},"exp":{},"name":"{sub} of Example",
            "email":"{sub}@example.com","email_verified":true}}"#,
        issuer.as_str(),
        now + 300,
    );
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","typ":"JWT","kid":"bench"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
    let Ok(signature) = state.key.sign(&SystemRandom::new(), signed.as_bytes()) else {
        return HttpResponse::InternalServerError().finish();
    };
    let body = format!(
        r#"{{"access_token":"access","token_type":"Bearer","expires_in":300,"id_token":"{signed}.{}"}}"#,
        URL_SAFE_NO_PAD.encode(signature),
    );
    HttpResponse::Ok().content_type("application/json").body(body)
}
