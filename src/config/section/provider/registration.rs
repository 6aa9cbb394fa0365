//! The gateway's registration as a client at a provider, for all protocols.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::another_account::AnotherAccount;
use super::choice::{Aal, Pkce, ProviderLogout, ResponseMode, TokenEndpointAuthMethod};
use super::claims::ClaimPointers;
use super::configured_endpoints::Endpoints;
use super::icon::Icon;

use crate::base::secret::Plain;
use crate::base::tls::Authorities;
use crate::config::section::allow::Allow;
use crate::config::value::duration::{DurationText, GivenDuration};
use crate::config::value::given::{GivenText, Pairs};
use crate::config::value::key_file::KeyFile;
use crate::config::value::pointer::Pointer;
use crate::config::value::public_url::PublicUrl;

/// The gateway's registration at a provider, and how the provider's responses are used. A field with `serde(skip)` is
/// not a key of the configuration: the validation computes it from other keys.
#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator sets by itself")]
pub struct Registration {
    /// The id of its table: lower-case letters, digits, `-` and `_`. Part of URLs and of `(provider, sub)`.
    #[serde(skip)]
    pub id: String,
    /// display name, as on the button; empty: the id
    pub name: String,
    /// The domains of e-mail addresses that lead to it, as [`comparable_domain`](crate::config::comparable_domain) writes them.
    #[serde(skip)]
    pub domains: Vec<String>,
    /// The icon on its button.
    #[serde(skip)]
    pub icon: Icon,
    /// The name of the preset, if it uses one.
    #[serde(skip)]
    pub preset: Option<String>,
    /// id of the gateway's client at the provider; required
    pub client_id: String,
    /// The secret of that client; `None` for a public client, and for one that signs with a private key.
    #[serde(skip)]
    pub client_secret: Option<Plain>,
    /// The secret to use when the provider rejects `client_secret`, during a change of secrets.
    #[serde(skip)]
    pub client_secret_previous: Option<Plain>,
    /// `auto` (by the provider's metadata), `client_secret_basic`, `client_secret_post`, `private_key_jwt`, `apple`, or `none` for a public client
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// The key that signs client assertions, Apple's client secrets, and RSA-SHA1 requests.
    #[serde(skip)]
    pub private_key: Option<KeyFile>,
    /// `kid` of the private key at the provider
    #[serde(with = "GivenText")]
    pub private_key_id: Option<String>,
    /// `private_key_jwt`: `aud` of the assertion, if the provider requires another one than its issuer; often the token endpoint
    #[serde(with = "GivenText")]
    pub client_assertion_audience: Option<String>,
    /// apple: id of the team that owns the key
    #[serde(with = "GivenText")]
    pub team_id: Option<String>,
    /// requested scopes; oidc: must contain `openid`
    pub scopes: Vec<String>,
    /// The redirect URI of the frontend, in the SPA flow.
    #[serde(skip)]
    pub redirect_uri: Option<Url>,
    /// The `post_logout_redirect_uri` of a logout at the provider; `None`: `{public_url}/logout/callback/{id}`.
    #[serde(skip)]
    pub post_logout_redirect_uri: Option<Url>,
    /// name of the logout parameter with the post-logout redirect URI, if it is not `post_logout_redirect_uri`; Amazon Cognito: `logout_uri`
    pub post_logout_parameter: String,
    /// PKCE method: `S256`, `plain` or `off`
    pub pkce: Pkce,
    /// empty for the query, or `form_post`
    pub response_mode: ResponseMode,
    /// parameters that are added to the authorization request, and override parameters of the caller
    #[serde(with = "Pairs::<String>")]
    pub extra_params: Vec<(String, String)>,
    /// How the provider is asked for another account.
    #[serde(skip)]
    pub another_account: AnotherAccount,
    /// Configured endpoints, which replace those from discovery.
    #[serde(skip)]
    pub endpoints: Endpoints,
    pub claims: ClaimPointers,
    /// accept the text "true" as `email_verified`; only if the provider documents it
    pub email_verified_as_text: bool,
    /// Whether e-mail addresses count as verified if the provider sends no `email_verified`.
    #[serde(skip)]
    pub assume_email_verified: bool,
    /// oidc: value of `acr` or member of `amr` = `aal1`, `aal2` or `aal3`; takes precedence over the built-in mapping
    #[serde(with = "Pairs::<Aal>")]
    pub aal: Vec<(String, Aal)>,
    /// the provider sends a single group as a string, not as a list
    pub single_group_as_list: bool,
    /// Which users may sign in.
    #[serde(skip)]
    pub allow: Allow,
    /// The claims that conditions of clients, sites and resources compare.
    #[serde(skip)]
    pub compared_elsewhere: Vec<Pointer>,
    /// `local`, or `provider` to end the session at the provider as well (RP-initiated logout)
    pub logout: ProviderLogout,
    /// tolerated difference between its clock and ours; at most 5m
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "0s", "x-to" = "5m"))]
    pub leeway: Duration,
    /// timeout of each request to it; 1s to 60s
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "60s"))]
    pub timeout: Duration,
    /// The certificate authorities to trust for it; `None`: the authorities of the system.
    #[serde(skip)]
    pub authorities: Option<Authorities>,
    /// SPA flow: return the provider's tokens to the frontend; its refresh token only without `store_tokens`
    pub expose_tokens: bool,
    /// store the provider's tokens, encrypted, and refresh them
    pub store_tokens: bool,
    /// with `store_tokens`: refresh the tokens of each identity with a session after this long, in the background, 1m to 30d; a session whose refresh token the provider refuses ends; empty: never
    #[serde(with = "GivenDuration")]
    #[schemars(extend("x-from" = "1m", "x-to" = "30d"))]
    pub recheck: Option<Duration>,
    /// with `store_tokens`: hand the stored tokens also to sessions that were made through another identity of the user
    pub tokens_for_linked: bool,
    /// this provider is the authority for the e-mail domains in `allow.email_domains`; requires that key
    pub trusts_email: bool,
    /// allow http to other hosts than loopback
    pub insecure_allow_http: bool,
    /// oidc: treat a login without `auth_time` as a fresh one
    pub insecure_assume_fresh_login: bool,
}

impl Registration {
    /// Returns the configured authentication method. For [`TokenEndpointAuthMethod::Auto`], chooses one by the
    /// configured credentials and by `listed`, the methods in the metadata of the provider.
    pub(crate) fn auth_method(&self, listed: &[String]) -> TokenEndpointAuthMethod {
        use TokenEndpointAuthMethod::{Auto, ClientSecretBasic, ClientSecretPost, PrivateKeyJwt};
        if self.token_endpoint_auth_method != Auto {
            return self.token_endpoint_auth_method;
        }
        let lists = |method: TokenEndpointAuthMethod| listed.iter().any(|name| name == method.name());
        let (has_key, has_secret) = (self.private_key.is_some(), self.client_secret.is_some());
        if has_key && (lists(PrivateKeyJwt) || !has_secret) {
            PrivateKeyJwt
        } else if lists(ClientSecretPost) && !lists(ClientSecretBasic) {
            ClientSecretPost
        } else {
            ClientSecretBasic
        }
    }

    /// The redirect URI of the SPA flow: the redirect URI of the frontend, if configured; else the gateway's callback.
    pub(crate) fn spa_redirect_uri(&self, public_url: &PublicUrl) -> String {
        self.redirect_uri.as_ref().map_or_else(|| public_url.callback(&self.id), Url::to_string)
    }
}

#[cfg(test)]
impl Registration {
    /// A typical registration, for tests.
    pub fn example() -> Self {
        let pointer = |text: &str| Pointer::parse(text).ok();
        Self {
            id: "op".into(),
            name: "Op".into(),
            domains: vec![],
            icon: Icon::Neutral,
            preset: None,
            client_id: "us".into(),
            client_secret: Some(Plain::new("secret")),
            client_secret_previous: None,
            token_endpoint_auth_method: TokenEndpointAuthMethod::Auto,
            private_key: None,
            private_key_id: None,
            client_assertion_audience: None,
            team_id: None,
            scopes: ["openid", "profile", "email"].map(String::from).into(),
            redirect_uri: None,
            post_logout_redirect_uri: None,
            post_logout_parameter: "post_logout_redirect_uri".into(),
            pkce: Pkce::S256,
            response_mode: ResponseMode::Query,
            extra_params: vec![],
            another_account: AnotherAccount::default(),
            endpoints: Endpoints::default(),
            claims: ClaimPointers {
                sub: pointer("/sub"),
                email: pointer("/email"),
                email_verified: pointer("/email_verified"),
                name: pointer("/name"),
                preferred_username: pointer("/preferred_username"),
                picture: pointer("/picture"),
                groups: pointer("/groups"),
            },
            email_verified_as_text: false,
            assume_email_verified: false,
            aal: vec![],
            single_group_as_list: false,
            allow: Allow::default(),
            compared_elsewhere: vec![],
            logout: ProviderLogout::Local,
            leeway: Duration::from_secs(60),
            timeout: Duration::from_secs(5),
            authorities: None,
            expose_tokens: false,
            store_tokens: false,
            recheck: None,
            tokens_for_linked: false,
            trusts_email: false,
            insecure_allow_http: false,
            insecure_assume_fresh_login: false,
        }
    }
}
