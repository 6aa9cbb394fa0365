//! What a service may learn of a token that it was handed (RFC 7662). Our own access tokens cost no round trip.

use serde::Serialize;

use super::check::{Refused, check};
use crate::app::App;
use crate::base::clock::Instant;
use crate::client::Client;
use crate::token::{self, AccessClaims, Audience};

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
    claims.client_id == client.id || names(&claims.aud, &client.id, &client.audience)
}

fn names(aud: &Audience, id: &str, audience: &[String]) -> bool {
    aud.contains(id) || audience.iter().any(|audience| aud.contains(audience))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_a_client_by_its_id_or_by_an_audience_of_its_own() {
        let aud = Audience::Several(vec!["wiki".into(), "shop".into()]);
        let names = |id: &str, audience: &[&str]| {
            let audience: Vec<_> = audience.iter().map(ToString::to_string).collect();
            names(&aud, id, &audience)
        };
        assert!(names("shop", &[]) && names("web", &["api", "wiki"]));
        assert!(!names("web", &[]) && !names("Shop", &["api"]) && !names("wik", &["sho"]));
    }
}
