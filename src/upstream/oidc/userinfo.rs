//! The userinfo endpoint (OpenID Connect Core §5.3).

use http::{StatusCode, header};
use serde_json::{Map, Value};

use super::client::Shared;
use super::discovery;
use super::id_token::Verified;
use super::jwks::Keys;
use super::jws::{Jws, Signers, Unverified};
use crate::base::clock::Instant;
use crate::base::secret::Plain;
use crate::config;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::line::{Unanswered, is_type, read_json, status_in_words};

impl Shared {
    /// Asks for the claims of the one whom the ID token is about.
    pub(super) async fn userinfo(
        &self,
        endpoint: &str,
        access_token: &Plain,
        verified: &Verified,
        keys: &Keys,
        now: Instant,
    ) -> Result<Map<String, Value>, Failure> {
        let request = http::Request::get(endpoint)
            .header(header::ACCEPT, "application/json, application/jwt")
            .header(header::AUTHORIZATION, format!("Bearer {}", access_token.expose()))
            .body(Vec::new());
        let request = request.map_err(|_| failure(Fault::Answer, "cannot be asked with this access token"))?;
        let answer = self.line.send(request, now).await.map_err(|Unanswered(fault, why)| failure(fault, &why))?;
        if answer.status() != StatusCode::OK {
            let refused = matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            let fault = if refused { Fault::Refused } else { Fault::Answer };
            return Err(failure(fault, &status_in_words(answer.status())));
        }
        let claims = if is_type(answer.headers(), "application/jwt") {
            let token = std::str::from_utf8(answer.body()).unwrap_or_default();
            signed(token.trim(), &verified.issuer, &self.config, keys, now)?
        } else {
            match read_json(answer.headers(), answer.body()) {
                Ok(Value::Object(claims)) => claims,
                Ok(_) => return Err(failure(Fault::Answer, "answered with JSON that is not an object")),
                Err(why) => return Err(failure(Fault::Answer, &why)),
            }
        };
        belongs_to(claims, &verified.sub)
    }
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::userinfo(fault, format!("the userinfo endpoint: {why}"))
}

/// RT-28: claims of another one are worse than none.
fn belongs_to(claims: Map<String, Value>, sub: &str) -> Result<Map<String, Value>, Failure> {
    let said = match claims.get("sub") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ if claims.contains_key("error") => return Err(failure(Fault::Answer, "answered with an error")),
        _ => return Err(failure(Fault::Answer, "answered without a sub")),
    };
    if said == sub { Ok(claims) } else { Err(failure(Fault::Refused, "speaks of another sub than the ID token")) }
}

/// RT-29: whose word it is and whom it is for are checked where they are said.
fn signed(
    token: &str,
    issuer: &str,
    config: &config::Oidc,
    keys: &Keys,
    now: Instant,
) -> Result<Map<String, Value>, Failure> {
    let refused = |why: &str| failure(Fault::Refused, &format!("its signed answer {why}"));
    let algorithms: Vec<_> = if config.signing_algorithms.is_empty() {
        discovery::asymmetric().collect()
    } else {
        config.signing_algorithms.iter().filter_map(|name| discovery::algorithm(name)).collect()
    };
    let client_secret = config.registration.client_secret.as_ref().map(Plain::expose);
    // As with the ID token, whose issuer it is: only where there are many does it matter whose key it is.
    let both = [config.issuer.as_str(), issuer];
    let issuers: &[&str] = if issuer == config.issuer { &[] } else { &both };
    let jws = Jws::read(token).and_then(|jws| {
        jws.verify(&Signers { algorithms: &algorithms, keys, client_secret, issuers })?;
        Ok(jws)
    });
    let claims = jws.map(|jws| jws.payload).map_err(|error| match error {
        Unverified::UnknownKey => refused("is signed with an unknown key"),
        Unverified::Bad(why) => refused(&why),
    })?;
    if claims.get("iss").is_some_and(|iss| iss.as_str() != Some(issuer)) {
        return Err(refused("is of another issuer (iss)"));
    }
    let for_us = |aud: &Value| match aud {
        Value::Array(list) => list.iter().any(|aud| aud.as_str() == Some(&config.registration.client_id)),
        aud => aud.as_str() == Some(&config.registration.client_id),
    };
    if claims.get("aud").is_some_and(|aud| !for_us(aud)) {
        return Err(refused("is not for us (aud)"));
    }
    let leeway = i64::try_from(config.registration.leeway.as_secs()).unwrap_or_default();
    if claims.get("exp").is_some_and(|exp| exp.as_i64().is_none_or(|exp| exp.saturating_add(leeway) <= now.timestamp()))
    {
        return Err(refused("is expired (exp)"));
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("{value} is not an object") };
        members
    }

    /// RT-28, RT-30
    #[test]
    fn it_must_speak_of_the_same_one() {
        let fault = |claims: Value| belongs_to(map(claims), "7").map_err(|failure| failure.fault).err();
        assert_eq!(fault(json!({"sub": "7"})), None);
        assert_eq!(fault(json!({"sub": 7})), None);
        assert_eq!(fault(json!({"sub": "8"})), Some(Fault::Refused));
        assert_eq!(fault(json!({"sub": ""})), Some(Fault::Refused));
        assert_eq!(fault(json!({"email": "a@b.c"})), Some(Fault::Answer));
        assert_eq!(fault(json!({"error": "invalid_token"})), Some(Fault::Answer));
    }

    /// RT-29
    #[test]
    fn a_signed_answer_is_verified() {
        let now = Instant::from_timestamp(1_800_000_000, 0).expect("an instant");
        let config = crate::upstream::oidc::client::tests::config("https://op.example");
        let key = Ed25519KeyPair::generate().expect("a key");
        let jwk = json!({"kty": "OKP", "kid": "k", "crv": "Ed25519", "x": B64.encode(key.public_key().as_ref())});
        let keys = Keys::read(&json!({"keys": [jwk]})).expect("good");
        let token = |kid: &str, claims: Value| {
            let header = json!({"alg": "EdDSA", "kid": kid}).to_string();
            let input = format!("{}.{}", B64.encode(header), B64.encode(claims.to_string()));
            format!("{input}.{}", B64.encode(key.sign(input.as_bytes())))
        };
        let fault =
            |token: &str| signed(token, &config.issuer, &config, &keys, now).map_err(|failure| failure.fault).err();
        let good = token("k", json!({"sub": "7", "iss": "https://op.example", "aud": ["us", "them"]}));
        assert_eq!(fault(&good), None);
        assert_eq!(fault(&token("k", json!({"sub": "7"}))), None);
        assert_eq!(fault(&token("other", json!({"sub": "7"}))), Some(Fault::Refused));
        for bad in [json!({"iss": "https://evil"}), json!({"aud": "them"}), json!({"aud": []}), json!({"exp": 1})] {
            assert_eq!(fault(&token("k", bad.clone())), Some(Fault::Refused), "{bad}");
        }
        let (input, signature) = good.rsplit_once('.').expect("parts");
        let mut bytes = B64.decode(signature).expect("base64");
        bytes[0] ^= 1;
        assert_eq!(fault(&format!("{input}.{}", B64.encode(bytes))), Some(Fault::Refused));
        assert_eq!(fault(""), Some(Fault::Refused));
    }
}
