//! Token introspection (RFC 7662). Our own access tokens need no statement.

use serde::Serialize;

use super::check::{AccessTokenError, check, check_session};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::client::Client;
use crate::session::Aal;
use crate::token::{self, AccessClaims, Audience};

/// The introspection response (RFC 7662 §2.2). For an inactive token it contains only `active`.
#[derive(Debug, Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(flatten)]
    about: Option<IntrospectedToken>,
    #[serde(skip)]
    of_others: bool,
}

impl Introspection {
    /// Whether it is a valid access token that is not for this client. The response does not say so.
    pub fn is_of_others(&self) -> bool {
        self.of_others
    }
}

/// The members of the response for an active token.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum IntrospectedToken {
    /// The claims of an access token.
    Access {
        token_type: &'static str,
        #[serde(flatten)]
        claims: Box<AccessClaims>,
    },
    /// The session of a refresh token.
    Refresh {
        iss: String,
        sub: UserId,
        client_id: String,
        scope: String,
        sid: SessionId,
        exp: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        auth_time: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        aal: Option<Aal>,
    },
}

const INACTIVE: Introspection = Introspection { active: false, about: None, of_others: false };

/// Introspects a token for that client. Fails if the revocation state is unknown. Access tokens need no statement.
pub async fn introspect(
    app: &App,
    client: &Client,
    token: &str,
    now: Timestamp,
) -> Result<Introspection, AccessTokenError> {
    let issuer = app.config.server.public_url.issuer();
    let Ok(mut claims) = token::verify_for_any(&app.keys, issuer, token, now) else {
        return refresh_token(app, client, token, now).await;
    };
    if !is_business_of(client, &claims) {
        return Ok(Introspection { of_others: true, ..INACTIVE });
    }
    match check(app, &claims) {
        Ok(()) => {
            // The token may be of a client that sees more groups, or all.
            claims.groups = claims.groups.map(|groups| token::visible_groups(client, &groups));
            let about = IntrospectedToken::Access { token_type: "Bearer", claims: Box::new(claims) };
            Ok(Introspection { active: true, about: Some(about), of_others: false })
        }
        Err(unknown @ (AccessTokenError::NotFresh | AccessTokenError::Db(_))) => Err(unknown),
        Err(_) => Ok(INACTIVE),
    }
}

/// A refresh token is active for its own client only.
async fn refresh_token(
    app: &App,
    client: &Client,
    token: &str,
    now: Timestamp,
) -> Result<Introspection, AccessTokenError> {
    let Some(session) = token::inspect(app, client, token, now).await? else { return Ok(INACTIVE) };
    match check_session(app, session.id) {
        Ok(()) => {}
        Err(AccessTokenError::Revoked) => return Ok(INACTIVE),
        Err(unknown) => return Err(unknown),
    }
    let about = IntrospectedToken::Refresh {
        iss: app.config.server.public_url.issuer().to_owned(),
        sub: session.user,
        exp: app.lifetime.idle_expires_at(&session).timestamp(),
        auth_time: session.stated_auth_time().map(|auth_time| auth_time.timestamp()),
        aal: session.aal,
        client_id: session.client_id,
        scope: session.scopes,
        sid: session.id,
    };
    Ok(Introspection { active: true, about: Some(about), of_others: false })
}

/// Whether the token was issued to the client, or its `aud` names the client, an audience configured for it, or one of
/// `clients.<id>.introspects`. The default audience counts only there, since it is in every token.
fn is_business_of(client: &Client, claims: &AccessClaims) -> bool {
    claims.client_id == client.id
        || names(&claims.aud, &client.id, &client.audience)
        || claims.aud.values().any(|audience| client.introspects(audience))
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
