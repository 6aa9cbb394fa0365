//! The client of one OAuth 2.0 provider.

use std::sync::Arc;

use super::{begin, token_request};
use crate::base::clock::Timestamp;
use crate::base::outbound::Outbound;
use crate::base::secret::Plain;
use crate::config::{self, Registration};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::{AuthorizationGrant, Handshake, LoginRequest, StartedLogin};
use crate::upstream::identity::{Identity, ProviderTokens};
use crate::upstream::profile_calls;
use crate::upstream::provider_http::ProviderHttp;
use crate::upstream::refresh::{RefreshRequest, TokenTypeHint};
use crate::upstream::revocation::RevocationEndpoint;

/// An OAuth 2.0 provider. Clones are cheap.
#[derive(Clone)]
pub struct OAuth2(Arc<Inner>);

struct Inner {
    config: config::OAuth2,
    http: ProviderHttp,
}

impl OAuth2 {
    /// Builds the client from the configuration, without a request.
    pub fn new(config: config::OAuth2, outbound: Outbound) -> Self {
        let trusted = config.profile.endpoints().chain([&config.token_endpoint]);
        let http = ProviderHttp::new(&config.registration, trusted, outbound);
        Self(Arc::new(Inner { config, http }))
    }

    /// The HTTP client of this provider.
    pub fn http(&self) -> &ProviderHttp {
        &self.0.http
    }

    /// The configuration that all protocols have in common.
    pub fn registration(&self) -> &Registration {
        &self.0.config.registration
    }

    /// Starts a login: builds the authorization request.
    pub fn begin(&self, request: LoginRequest) -> Result<StartedLogin, Failure> {
        begin::begin(&self.0.config, request)
    }

    /// Checks `iss` if the configuration has an issuer (RFC 9207 §2.4; RA-08). It may be absent, because no metadata
    /// announces it.
    pub fn check_iss(&self, iss: Option<&str>) -> Result<(), Failure> {
        match (iss, &self.0.config.issuer) {
            (Some(iss), Some(issuer)) if iss != issuer => {
                Err(Failure::token(Fault::Refused, "the authorization response is of another issuer (iss parameter)"))
            }
            _ => Ok(()),
        }
    }

    /// Finishes a login: redeems the code and requests the profile.
    pub async fn finish(
        &self,
        handshake: &Handshake,
        grant: AuthorizationGrant,
        now: Timestamp,
    ) -> Result<Identity, Failure> {
        let AuthorizationGrant::Code { code, iss, .. } = grant else { return Err(Failure::wrong_protocol()) };
        self.check_iss(iss.as_deref())?;
        let Inner { config, http } = &*self.0;
        let tokens = token_request::redeem_code(config, http, handshake, &code, now).await?;
        let bearer = format!("Bearer {}", tokens.access_token.expose());
        let claims =
            profile_calls::fetch(&config.profile, &config.registration, http, |_| Ok(bearer.clone()), now).await?;
        Identity::of_profile(&config.registration, claims, tokens)
    }

    /// Redeems a refresh token. The response does not identify the user; the refresh token is bound to one.
    pub async fn refresh(&self, request: &RefreshRequest<'_>, now: Timestamp) -> Result<ProviderTokens, Failure> {
        token_request::redeem_refresh_token(&self.0.config, &self.0.http, request.refresh_token, now).await
    }

    /// Revokes a token (RFC 7009). `false` if the configuration names no endpoint for it.
    pub async fn revoke(&self, token: &Plain, hint: TokenTypeHint, now: Timestamp) -> Result<bool, Failure> {
        let Inner { config, http } = &*self.0;
        let Some(endpoint) = &config.registration.endpoints.revocation_endpoint else { return Ok(false) };
        let endpoint = RevocationEndpoint {
            endpoint: endpoint.as_str(),
            audience: config.audience(),
            method: config.registration.auth_method(&[]),
        };
        endpoint.revoke(http, &config.registration, token, hint, now).await.map(|()| true)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use url::Url;

    use super::*;
    use crate::config::ProfileCalls;

    /// The configuration of a provider at `base`, for tests.
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
    fn a_response_of_another_issuer_is_rejected() {
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
