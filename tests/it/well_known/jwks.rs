//! `GET /.well-known/jwks.json`, and the tokens that it verifies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::support::{Gateway, Setup, app};

const PATH: &str = "/.well-known/jwks.json";

/// The claims of a token, unverified.
#[track_caller]
pub fn claims(token: &Value) -> Value {
    let token = token.as_str().expect("a token");
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&B64.decode(payload).expect("base64url")).expect("JSON")
}

async fn key_set(gateway: &Gateway) -> JwkSet {
    serde_json::from_str(&gateway.browser().fetch(PATH).await.body).expect("a key set")
}

/// JW-01
#[tokio::test]
async fn access_tokens_verify_and_have_the_claims_of_rfc_9068() {
    for algorithm in ["ES256", "RS256"] {
        let gateway =
            Gateway::with(&format!("[signing]\nalgorithms = ['{algorithm}']\n[tokens]\naudience = ['api']\n"));
        let before = gateway.clock.now().timestamp();
        let answer = gateway.browser().sign_in_json("alice").await;
        let token = answer["api"]["access"].as_str().expect("a token");
        let header = jsonwebtoken::decode_header(token).expect("a header");
        assert_eq!((header.typ.as_deref(), format!("{:?}", header.alg).as_str()), (Some("at+jwt"), algorithm));
        let keys = key_set(&gateway).await;
        let key = keys.find(header.kid.as_deref().expect("a kid")).expect("published");
        let mut rules = Validation::new(header.alg);
        rules.set_audience(&["api"]);
        rules.set_issuer(&[&gateway.public_url]);
        let key = DecodingKey::from_jwk(key).expect("a key");
        let verified = jsonwebtoken::decode::<Value>(token, &key, &rules).expect("a good token").claims;
        assert_eq!(verified["aud"], json!(["api", gateway.public_url]));
        assert_eq!(verified["sub"], answer["user"]["sub"]);
        assert_eq!(verified["client_id"], "vestibule");
        assert_eq!(verified["scope"], "openid profile email");
        let number = |name: &str| verified[name].as_i64().expect("a number");
        assert!((before..=before + 30).contains(&number("iat")));
        assert_eq!(number("exp") - number("iat"), 300);
        assert!((before..=before + 30).contains(&number("auth_time")));
        assert!(verified["jti"].as_str().is_some_and(|jti| jti.len() == 36));
        let sid = gateway.database.words("SELECT id FROM sessions").concat();
        assert_eq!(verified["sid"], sid.as_str());
        for absent in ["email", "name", "groups", "amr", "acr"] {
            assert!(verified.get(absent).is_none(), "{absent} in {verified}");
        }
    }
}

/// JW-01
#[tokio::test]
async fn auth_time_acr_and_amr_are_copied_from_the_provider() {
    let gateway = Gateway::start();
    let then = gateway.clock.now().timestamp() - 1000;
    gateway.op.set_claims(json!({"auth_time": then, "acr": "gold", "amr": ["pwd", "otp"]}));
    let answer = gateway.browser().sign_in_json("alice").await;
    let claims = claims(&answer["api"]["access"]);
    assert_eq!((&claims["auth_time"], &claims["acr"]), (&then.into(), &"gold".into()));
    assert_eq!(claims["amr"], json!(["pwd", "otp"]));
}

/// How the person was authenticated, in every place, and only as the provider sent it: no `auth_time` of the callback,
/// and no `aal` if neither `acr` nor `amr` came.
#[tokio::test]
async fn auth_time_and_aal_are_present_only_if_the_provider_sent_them() {
    let gateway = app::setup().toml("[providers.op.aal]\n'gold' = 'aal3'\n").start();
    let then = gateway.clock.now().timestamp() - 1000;
    for (sent, auth_time, aal) in [
        (json!({"auth_time": null}), Value::Null, Value::Null),
        (json!({"auth_time": null, "acr": "0"}), Value::Null, Value::Null),
        (json!({"auth_time": then, "amr": ["pwd"]}), json!(then), json!("aal1")),
        (json!({"auth_time": then, "amr": ["pwd", "hwk"]}), json!(then), json!("aal2")),
        (json!({"auth_time": then, "acr": "gold", "amr": ["pwd"]}), json!(then), json!("aal3")),
    ] {
        gateway.op.set_claims(sent.clone());
        let browser = gateway.browser();
        let signed_in = app::sign_in(&browser, &app::of_server(&[("scope", "openid offline_access")]), "ada").await;
        let first = app::Tokens::of(&app::redeem_of_server(&gateway, &app::code(&signed_in)).await);
        let form = [("grant_type", "refresh_token"), ("refresh_token", first.refresh())];
        let renewed = app::Tokens::of(&app::post_as(&gateway, "server", "/oauth2/token", &form).await);
        let introspect = async |token: &str| {
            app::post_as(&gateway, "server", "/oauth2/introspect", &[("token", token)]).await.json()
        };
        let seen = [
            first.claims(),
            first.id_claims(),
            renewed.claims(),
            renewed.id_claims(),
            introspect(&renewed.access).await,
            introspect(renewed.refresh()).await,
        ];
        for claims in seen {
            let found = (claims["auth_time"].clone(), claims["aal"].clone());
            assert_eq!(found, (auth_time.clone(), aal.clone()), "{sent}: {claims}");
            assert_eq!(claims.get("auth_time").is_some(), !auth_time.is_null(), "{sent}: {claims}");
        }
        let session = browser.fetch("/session").await.json();
        assert_eq!((session.get("auth_time").is_some(), session["aal"].clone()), (!auth_time.is_null(), aal), "{sent}");
    }
}

/// JW-06
#[tokio::test]
async fn only_public_members_are_published() {
    let gateway = Gateway::with("[signing]\nalgorithms = ['ES256', 'RS256', 'EdDSA']\n");
    let answer = gateway.browser().fetch(PATH).await;
    assert_eq!(answer.status, 200);
    let keys = answer.json()["keys"].as_array().expect("keys").clone();
    assert_eq!(keys.len(), 3);
    let mut kids = std::collections::HashSet::new();
    for key in &keys {
        let key = key.as_object().expect("a key");
        let public: &[&str] = match key["alg"].as_str().expect("an alg") {
            "ES256" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            "RS256" => &["alg", "e", "kid", "kty", "n", "use"],
            "EdDSA" => &["alg", "crv", "kid", "kty", "use", "x"],
            other => panic!("{other}"),
        };
        let mut names: Vec<_> = key.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, public);
        assert_eq!(key["use"], "sig");
        assert!(kids.insert(key["kid"].as_str().expect("a kid").to_owned()), "a kid twice");
        if key["kty"] == "RSA" {
            assert_eq!(B64.decode(key["n"].as_str().expect("n")).expect("base64url").len() * 8, 3072);
        }
    }
}

/// JW-10
#[tokio::test]
async fn the_key_set_is_cacheable_until_a_new_key_signs() {
    let gateway = Gateway::with("[signing]\npublish_before_use = '30m'\n");
    let browser = gateway.browser();
    let answer = browser.ask("GET", PATH).header("origin", "https://anyone.example").send().await;
    assert_eq!(answer.header("cache-control"), "public, max-age=1620");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    let etag = answer.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 10);
    for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".into()] {
        let unchanged = browser.ask("GET", PATH).header("if-none-match", &known).send().await;
        assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""), "{known}");
        assert_eq!(
            (unchanged.header("etag"), unchanged.header("cache-control")),
            (etag.as_str(), "public, max-age=1620")
        );
    }
    let changed = browser.ask("GET", PATH).header("if-none-match", "\"x\"").send().await;
    assert_eq!(changed.status, 200);
}

/// JW-12, FI-26
#[tokio::test]
async fn a_wrong_secret_ring_prevents_the_start() {
    let gateway = Gateway::start();
    let before = gateway.database.words("SELECT kid || encode(private_key, 'hex') FROM signing_keys ORDER BY kid");
    let wrong = vestibule::base::seal::generate_key();
    let setup = Setup::beside(&gateway).toml(&format!("[secrets]\nkeys = ['{}']\n", wrong.expose()));
    let error = setup.try_start().map(drop).expect_err("the wrong ring");
    assert!(error.contains("cannot be opened") && !error.contains(wrong.expose()), "{error}");
    assert_eq!(
        gateway.database.words("SELECT kid || encode(private_key, 'hex') FROM signing_keys ORDER BY kid"),
        before
    );
    // The old key may follow a new one in the ring.
    let both = format!("[secrets]\nkeys = ['{}', '{}']\n", wrong.expose(), crate::support::ring_key());
    let rotated = Setup::beside(&gateway).toml(&both).start();
    assert_eq!(rotated.browser().fetch(PATH).await.body, gateway.browser().fetch(PATH).await.body);
}

/// JW-12
#[tokio::test]
async fn private_keys_are_sealed_at_rest() {
    let gateway = Gateway::start();
    let rows = gateway.database.words("SELECT encode(private_key, 'hex') FROM signing_keys");
    assert_eq!(rows.len(), 2);
    // The first bytes of PKCS#8 with P-256 and with RSA.
    assert!(rows.iter().all(|row| !row.contains("2a8648ce3d") && !row.contains("2a864886f70d")), "{rows:?}");
    let swapped = "UPDATE signing_keys a SET private_key = b.private_key FROM signing_keys b WHERE a.kid <> b.kid";
    gateway.database.execute(swapped);
    let error = Setup::beside(&gateway).try_start().map(drop).expect_err("swapped rows");
    assert!(error.contains("cannot be opened"), "{error}");
}

/// JW-04, IN-06
#[tokio::test]
async fn tokens_with_other_types_keys_or_algorithms_are_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let answer = browser.sign_in_json("alice").await;
    let good = answer["api"]["access"].as_str().expect("a token").to_owned();
    let (head, rest) = good.split_once('.').expect("three parts");
    let (payload, signature) = rest.split_once('.').expect("three parts");
    let forged_head = |alg: &str| B64.encode(format!("{{\"typ\":\"at+jwt\",\"alg\":\"{alg}\",\"kid\":\"x\"}}"));
    let mut bent = claims(&answer["api"]["access"]);
    bent["sub"] = "00000000-0000-7000-8000-000000000000".into();
    let bent = B64.encode(bent.to_string());
    let secret = jsonwebtoken::EncodingKey::from_secret(gateway.browser().fetch(PATH).await.body.as_bytes());
    let mut hmac = jsonwebtoken::Header::new(Algorithm::HS256);
    hmac.kid = jsonwebtoken::decode_header(&good).expect("a header").kid;
    hmac.typ = Some("at+jwt".into());
    let hmac = jsonwebtoken::encode(&hmac, &claims(&answer["api"]["access"]), &secret).expect("a token");
    for token in [
        format!("{head}.{bent}.{signature}"),
        format!("{head}.{payload}."),
        format!("{head}.{payload}"),
        format!("{}.{payload}.", forged_head("none")),
        format!("{}.{payload}.{signature}", forged_head("none")),
        format!("{}.{payload}.{signature}", forged_head("ES256")),
        format!("{good}.x.y"),
        format!("{good}="),
        format!("{good} x"),
        format!("{{\"payload\":\"{payload}\"}}"),
        hmac,
        "x".into(),
        ".".repeat(10_000),
        "A".repeat(12_000),
    ] {
        let ask = browser.ask("GET", "/session").for_json().header("authorization", &format!("Bearer {token}"));
        let refused = ask.send().await;
        assert_eq!(refused.problem(), (401, "token_invalid".into()), "{token:.100}");
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
    let ask = browser.ask("GET", "/session").for_json().header("authorization", &format!("Bearer {good}"));
    assert_eq!(ask.send().await.status, 200);
}
