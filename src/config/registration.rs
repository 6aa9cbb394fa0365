//! What an operator and a provider agreed on, whatever protocol the provider speaks.

use std::time::Duration;

use url::Url;

use super::key_file::KeyFile;
use super::pointer::Pointer;
use super::provider::{Endpoints, Pkce, ProviderLogout, ResponseMode, TokenEndpointAuthMethod};
use crate::base::authorities::Authorities;
use crate::base::secret::Plain;

/// Our registration at a provider, and what we make of what it says.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator sets by itself")]
pub struct Registration {
    /// The key of its table: lower-case letters, digits, `-` and `_`. Part of URLs and of `(provider, sub)`.
    pub id: String,
    /// What people read on the button.
    pub name: String,
    /// The preset that it was made from, if it was.
    pub preset: Option<String>,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; none for a public client, and for one that signs.
    pub client_secret: Option<Plain>,
    /// The secret before, while it may still be the one in force.
    pub client_secret_previous: Option<Plain>,
    /// How we prove to be the client.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// What assertions, Apple's client secrets and RSA-SHA1 requests are signed with.
    pub private_key: Option<KeyFile>,
    /// Its `kid`, where the provider knows it by one.
    pub private_key_id: Option<String>,
    /// Whom an assertion is for, where it is not the issuer.
    pub client_assertion_audience: Option<String>,
    /// Whom Apple knows the private key of.
    pub team_id: Option<String>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The `redirect_uri` of the JSON door, where a frontend owns it.
    pub redirect_uri: Option<Url>,
    /// Where the provider sends a browser that was signed out there; none: to us.
    pub post_logout_redirect_uri: Option<Url>,
    /// PKCE (RFC 7636).
    pub pkce: Pkce,
    /// How answers come back.
    pub response_mode: ResponseMode,
    /// Added to the authorization URL; no reserved parameter among them.
    pub extra_params: Vec<(String, String)>,
    /// Given instead of what discovery says.
    pub endpoints: Endpoints,
    /// Where each part of a profile stands in what the provider says.
    pub claims: ClaimPointers,
    /// Whether the text `"true"` verifies an address too, as the provider documents it.
    pub email_verified_as_text: bool,
    /// Who may enter.
    pub allow: Allow,
    /// What becomes of the sign-in there when ours ends.
    pub logout: ProviderLogout,
    /// How far its clock may be off.
    pub leeway: Duration,
    /// How long any of its answers may take.
    pub timeout: Duration,
    /// What its certificate is checked against instead of the system's authorities.
    pub authorities: Option<Authorities>,
    /// Whether the provider's own tokens are shown at the JSON door.
    pub expose_tokens: bool,
    /// Whether the provider's own tokens are kept, sealed, and refreshed.
    pub store_tokens: bool,
    /// Whether it is the authority for the domains in `allow.email_domains`.
    pub trusts_email: bool,
    /// Whether plain http off loopback is accepted.
    pub insecure_allow_http: bool,
    /// Whether a login counts as one of this moment where the provider does not say when it authenticated the person.
    pub insecure_assume_fresh_login: bool,
}

/// Where each part of a profile stands in what a provider says; none: nowhere.
#[derive(Clone, Debug, Default)]
pub struct ClaimPointers {
    /// Who it is there.
    pub sub: Option<Pointer>,
    /// E-mail address.
    pub email: Option<Pointer>,
    /// Whether the provider vouches for the address.
    pub email_verified: Option<Pointer>,
    /// Full name.
    pub name: Option<Pointer>,
    /// What the person likes to be called.
    pub preferred_username: Option<Pointer>,
    /// Address of a picture.
    pub picture: Option<Pointer>,
    /// Names of groups.
    pub groups: Option<Pointer>,
}

/// Who may enter: all that are given must hold; empty: everyone whom the provider lets in.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// Domains of verified e-mail addresses, in lower case.
    pub email_domains: Vec<String>,
    /// Groups, any of them.
    pub groups: Vec<String>,
    /// Claims with the texts that they must be.
    pub claims: Vec<(Pointer, String)>,
}

#[cfg(test)]
impl Registration {
    /// What is agreed on with most.
    pub fn example() -> Self {
        let at = |text: &str| Pointer::parse(text).ok();
        Self {
            id: "op".into(),
            name: "Op".into(),
            preset: None,
            client_id: "us".into(),
            client_secret: Some(Plain::new("secret")),
            client_secret_previous: None,
            token_endpoint_auth_method: TokenEndpointAuthMethod::ClientSecretBasic,
            private_key: None,
            private_key_id: None,
            client_assertion_audience: None,
            team_id: None,
            scopes: ["openid", "profile", "email"].map(String::from).into(),
            redirect_uri: None,
            post_logout_redirect_uri: None,
            pkce: Pkce::S256,
            response_mode: ResponseMode::Query,
            extra_params: vec![],
            endpoints: Endpoints::default(),
            claims: ClaimPointers {
                sub: at("/sub"),
                email: at("/email"),
                email_verified: at("/email_verified"),
                name: at("/name"),
                preferred_username: at("/preferred_username"),
                picture: at("/picture"),
                groups: at("/groups"),
            },
            email_verified_as_text: false,
            allow: Allow::default(),
            logout: ProviderLogout::Local,
            leeway: Duration::from_secs(60),
            timeout: Duration::from_secs(5),
            authorities: None,
            expose_tokens: false,
            store_tokens: false,
            trusts_email: false,
            insecure_allow_http: false,
            insecure_assume_fresh_login: false,
        }
    }
}
