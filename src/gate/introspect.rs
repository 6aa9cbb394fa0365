//! What a service may learn of a token that it was handed (RFC 7662). Our own access tokens cost no round trip.

use serde::Serialize;

use super::check::{Refused, check};
use crate::app::App;
use crate::base::clock::Instant;
use crate::client::Client;
use crate::token::{self, AccessClaims};

/// The answer (RFC 7662 §2.2). Of an inactive token nobody is told more than that.
#[derive(Debug, Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(flatten)]
    about: Option<About>,
}

/// What is said of an active token: its own claims.
#[derive(Debug, Serialize)]
struct About {
    token_type: &'static str,
    #[serde(flatten)]
    claims: AccessClaims,
}

const INACTIVE: Introspection = Introspection { active: false, about: None };

/// What a token is worth, for that client. Fails where it cannot be known.
pub fn introspect(app: &App, client: &Client, token: &str, now: Instant) -> Result<Introspection, Refused> {
    let issuer = app.config.server.public_url.issuer();
    let Ok(claims) = token::verify_for_any(&app.keys.keys(), issuer, token, now) else {
        return Ok(refresh_token());
    };
    if !is_business_of(client, &claims) {
        return Ok(INACTIVE);
    }
    match check(app, &claims) {
        Ok(()) => Ok(Introspection { active: true, about: Some(About { token_type: "Bearer", claims }) }),
        Err(Refused::TokenRevoked | Refused::Revoked | Refused::Expired) => Ok(INACTIVE),
        Err(unknown) => Err(unknown),
    }
}

/// Refresh tokens belong to the built-in client alone so far, which is public and cannot ask.
fn refresh_token() -> Introspection {
    INACTIVE
}

/// A token that was issued to the client, or that names it or an audience configured for it. That the default audience
/// is in every token makes no token a client's business.
fn is_business_of(client: &Client, claims: &AccessClaims) -> bool {
    let named = |audience: &String| claims.aud.contains(audience);
    claims.client_id == client.id || named(&client.id) || client.audience.iter().any(named)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::id::{SessionId, UserId};
    use crate::config;
    use crate::token::Audience;

    /// By its id, by an audience that is its own, or because it was issued to it.
    #[test]
    fn a_token_is_the_business_of_whom_it_names() {
        let client = |audience: &[&str]| {
            let audience = audience.iter().map(ToString::to_string).collect();
            Client::from(config::Client { id: "shop".into(), name: "Shop".into(), secret: None, audience })
        };
        let claims = |client_id: &str, aud: &[&str]| AccessClaims {
            iss: "https://login.example.com".into(),
            sub: UserId(Uuid::nil()),
            aud: Audience::Several(aud.iter().map(ToString::to_string).collect()),
            exp: 0,
            iat: 0,
            jti: Uuid::nil(),
            client_id: client_id.into(),
            scope: String::new(),
            sid: SessionId(Uuid::nil()),
            auth_time: 0,
            acr: None,
            amr: None,
            status: None,
        };
        assert!(is_business_of(&client(&[]), &claims("web", &["wiki", "shop"])));
        assert!(is_business_of(&client(&["api"]), &claims("web", &["api"])));
        assert!(is_business_of(&client(&[]), &claims("shop", &["wiki"])));
        assert!(!is_business_of(&client(&["api"]), &claims("web", &["wiki", "Shop"])));
    }
}
