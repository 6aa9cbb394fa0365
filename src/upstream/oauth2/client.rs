//! One provider of plain OAuth 2.0, and we as its client.

use std::sync::Arc;

use super::{begin, exchange};
use crate::base::clock::Timestamp;
use crate::base::outbound::Outbound;
use crate::base::secret::Plain;
use crate::config::{self, Registration};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::{Answer, Begun, Handshake, Request};
use crate::upstream::identity::{Identity, ProviderTokens};
use crate::upstream::line::Line;
use crate::upstream::profile_calls;
use crate::upstream::renewal::{Renewal, TokenTypeHint};
use crate::upstream::revocation::Revocation;

/// A provider of plain OAuth 2.0. Cheap to clone.
#[derive(Clone)]
pub struct OAuth2(Arc<Shared>);

struct Shared {
    config: config::OAuth2,
    line: Line,
}

impl OAuth2 {
    /// Takes it from the configuration. Asks it nothing.
    pub fn new(config: config::OAuth2, outbound: Outbound) -> Self {
        let homes = config.profile.endpoints().chain([&config.token_endpoint]);
        let line = Line::new(&config.registration, homes, outbound);
        Self(Arc::new(Shared { config, line }))
    }

    /// What we agreed on.
    pub fn registration(&self) -> &Registration {
        &self.0.config.registration
    }

    /// Begins a login.
    pub fn begin(&self, request: Request) -> Result<Begun, Failure> {
        begin::begin(&self.0.config, request)
    }

    /// RFC 9207 §2.4, where an issuer stands in the configuration: an answer of another one ends the login before anyone
    /// is told the code (RA-08). Nothing promises an `iss` here, so it may be missing.
    pub fn check_iss(&self, iss: Option<&str>) -> Result<(), Failure> {
        match (iss, &self.0.config.issuer) {
            (Some(iss), Some(issuer)) if iss != issuer => {
                Err(Failure::token(Fault::Refused, "the answer came from another issuer (iss parameter)"))
            }
            _ => Ok(()),
        }
    }

    /// Takes the provider's answer.
    pub async fn finish(&self, handshake: &Handshake, answer: Answer, now: Timestamp) -> Result<Identity, Failure> {
        let Answer::Code { code, iss, .. } = answer else { return Err(Failure::of_another_protocol()) };
        self.check_iss(iss.as_deref())?;
        let Shared { config, line } = &*self.0;
        let tokens = exchange::redeem(config, line, handshake, &code, now).await?;
        let bearer = format!("Bearer {}", tokens.access_token.expose());
        let claims = profile_calls::ask(&config.profile, line, |_| Ok(bearer.clone()), now).await?;
        Identity::of_profile(&config.registration, claims, tokens)
    }

    /// Asks for new tokens by a refresh token. Nothing in the answer says whose they are; the provider does not hand one
    /// person's out for another's refresh token.
    pub async fn renew(&self, renewal: &Renewal<'_>, now: Timestamp) -> Result<ProviderTokens, Failure> {
        exchange::refresh(&self.0.config, &self.0.line, renewal.refresh_token, now).await
    }

    /// Revokes a token (RFC 7009). `false` where the configuration names no endpoint for it.
    pub async fn revoke(&self, token: &Plain, hint: TokenTypeHint, now: Timestamp) -> Result<bool, Failure> {
        let Shared { config, line } = &*self.0;
        let Some(endpoint) = &config.registration.endpoints.revocation_endpoint else { return Ok(false) };
        let there = Revocation { endpoint: endpoint.as_str(), audience: config.audience() };
        there.revoke(line, &config.registration, token, hint, now).await.map(|()| true)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use url::Url;

    use super::*;
    use crate::config::ProfileCalls;

    /// A provider as most are configured.
    pub(in crate::upstream::oauth2) fn config(base: &str) -> config::OAuth2 {
        let at = |path: &str| Url::parse(&format!("{base}{path}")).expect("a URL");
        let scopes = ["read:user", "user:email"].map(String::from).into();
        config::OAuth2 {
            registration: Registration { scopes, ..Registration::example() },
            issuer: None,
            authorization_endpoint: at("/authorize"),
            token_endpoint: at("/token"),
            profile: ProfileCalls { first: at("/user"), further: vec![] },
        }
    }

    /// RA-08
    #[test]
    fn an_answer_of_another_issuer_is_refused() {
        let outbound = Outbound::new().expect("a client");
        let unnamed = OAuth2::new(config("https://op.example"), outbound.clone());
        assert!(unnamed.check_iss(None).is_ok() && unnamed.check_iss(Some("https://evil.example")).is_ok());
        let issuer = Some("https://op.example".into());
        let named = OAuth2::new(config::OAuth2 { issuer, ..config("https://op.example") }, outbound);
        assert!(named.check_iss(None).is_ok() && named.check_iss(Some("https://op.example")).is_ok());
        for bad in ["https://evil.example", "https://op.example/", ""] {
            assert_eq!(named.check_iss(Some(bad)).map_err(|failure| failure.fault), Err(Fault::Refused), "{bad}");
        }
    }
}
