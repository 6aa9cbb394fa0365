//! The request at the token endpoint, read once: its grant, and the parameters of that grant.

use super::extract::Parameters;
use crate::app::App;
use crate::base::secret::Plain;
use crate::client::{Client, GrantType};
use crate::config::{BUILT_IN_CLIENT, Grant};
use crate::token::{self, ACCOUNT_SCOPE, PresentedCode};
use crate::web::answer::app_refusal::AppRefusal;
use crate::web::answer::refusals::Refusal;

/// The only supported type of `subject_token` and of the issued token (RFC 8693 §3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A token request. The client is allowed to use the grant of the request.
pub enum TokenRequest {
    /// `authorization_code` (RFC 6749 §4.1.3).
    Code(PresentedCode),
    /// `refresh_token` (RFC 6749 §6).
    Refresh(RefreshRequest),
    /// `client_credentials` (RFC 6749 §4.4).
    ClientCredentials {
        /// The requested scopes; `None` for all of the client's.
        scope: Option<Vec<String>>,
        /// One of the client's audiences (RFC 8707 §2).
        resource: Option<String>,
    },
    /// Token exchange (RFC 8693 §2.1).
    Exchange(ExchangeRequest),
}

/// The parameters of a refresh.
pub struct RefreshRequest {
    pub token: Plain,
    /// The requested scopes; `None` for all of the session's.
    pub scope: Option<Vec<String>>,
    /// One of the client's audiences (RFC 8707 §2).
    pub resource: Option<String>,
    /// Whether the access token is to have the scope `account`.
    pub for_account: bool,
}

/// The parameters of a token exchange.
pub struct ExchangeRequest {
    /// An access token that the gateway issued to the client.
    pub subject_token: Plain,
    /// The provider whose token is requested. `clients.<id>.provider_tokens` allows it.
    pub provider: String,
}

impl TokenRequest {
    /// Reads the form of an authenticated client.
    pub fn read(app: &App, client: &Client, form: &Parameters) -> Result<Self, AppRefusal> {
        let grant = GrantType::named(required(form, "grant_type")?).ok_or(UNSUPPORTED_GRANT_TYPE)?;
        if !client.may_request(grant) {
            return Err(GRANT_NOT_ALLOWED);
        }
        match grant {
            GrantType::Configured(Grant::AuthorizationCode) => code(app, client, form).map(Self::Code),
            GrantType::Configured(Grant::RefreshToken) => refresh(app, client, form).map(Self::Refresh),
            GrantType::Configured(Grant::ClientCredentials) => {
                Ok(Self::ClientCredentials { scope: scopes(form)?, resource: resource(app, client, form)? })
            }
            GrantType::TokenExchange => exchange(client, form).map(Self::Exchange),
        }
    }
}

fn code(app: &App, client: &Client, form: &Parameters) -> Result<PresentedCode, AppRefusal> {
    Ok(PresentedCode {
        code: Plain::new(required(form, "code")?),
        redirect_uri: required(form, "redirect_uri")?.to_owned(),
        verifier: form.get("code_verifier").map(Plain::new),
        resource: resource(app, client, form)?,
    })
}

fn refresh(app: &App, client: &Client, form: &Parameters) -> Result<RefreshRequest, AppRefusal> {
    // The built-in client requests the scope `account` by `resource=<issuer>`.
    let for_issuer = || form.get("resource").is_some_and(|resource| token::is_issuer(app, resource));
    let for_account = client.id == BUILT_IN_CLIENT && for_issuer();
    let mut scope = scopes(form)?;
    if for_account {
        // `scope` may contain `account`. It is removed before the check, because no session has this scope.
        scope = scope.map(|scope| scope.into_iter().filter(|scope| scope != ACCOUNT_SCOPE).collect());
    }
    let token = Plain::new(required(form, "refresh_token")?);
    let resource = if for_account { None } else { resource(app, client, form)? };
    Ok(RefreshRequest { token, scope, resource, for_account })
}

fn exchange(client: &Client, form: &Parameters) -> Result<ExchangeRequest, AppRefusal> {
    let (subject_token, provider) = (required(form, "subject_token")?, required(form, "audience")?);
    if required(form, "subject_token_type")? != ACCESS_TOKEN {
        return Err(SUBJECT_TOKEN_TYPE);
    }
    if form.get("requested_token_type").is_some_and(|requested| requested != ACCESS_TOKEN) {
        return Err(REQUESTED_TOKEN_TYPE);
    }
    // Delegation (§1.1) is not supported.
    if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
        return Err(ACTOR);
    }
    // The scope of the provider's token is set at the login; the exchange cannot change it.
    if form.get("scope").is_some() {
        return Err(EXCHANGE_SCOPE);
    }
    if form.get("resource").is_some() {
        return Err(EXCHANGE_RESOURCE);
    }
    if !client.may_have_tokens_of(provider) {
        return Err(PROVIDER_NOT_ALLOWED);
    }
    Ok(ExchangeRequest { subject_token: Plain::new(subject_token), provider: provider.to_owned() })
}

/// The value of a required parameter, which [`MISSING`] describes.
fn required<'f>(form: &'f Parameters, name: &'static str) -> Result<&'f str, AppRefusal> {
    let described =
        || MISSING.iter().find(|(known, _)| *known == name).map_or("A parameter is missing", |(_, text)| text);
    form.get(name).ok_or_else(|| AppRefusal::new(Refusal::InvalidRequest, name, described()))
}

/// The required parameters of the grants.
const MISSING: [(&str, &str); 7] = [
    ("grant_type", "grant_type is missing"),
    ("code", "code is missing"),
    ("redirect_uri", "redirect_uri is missing"),
    ("refresh_token", "refresh_token is missing"),
    ("subject_token", "subject_token is missing"),
    ("audience", "audience is missing: it names the provider"),
    ("subject_token_type", "subject_token_type is missing"),
];
const UNSUPPORTED_GRANT_TYPE: AppRefusal =
    AppRefusal::new(Refusal::UnsupportedGrantType, "grant_type", "This grant_type is not supported");
const GRANT_NOT_ALLOWED: AppRefusal = AppRefusal::new(
    Refusal::UnauthorizedClient,
    "grant_type",
    "This client may not use this grant_type (clients.<id>.grants)",
);
const EMPTY_SCOPE: AppRefusal = AppRefusal::new(Refusal::InvalidScope, "scope", "scope is present and names no scope");
const RESOURCE_NOT_ALLOWED: AppRefusal = AppRefusal::new(
    Refusal::InvalidTarget,
    "resource",
    "This client gets no tokens for this resource (clients.<id>.audience)",
);
const SUBJECT_TOKEN_TYPE: AppRefusal = AppRefusal::new(
    Refusal::InvalidRequest,
    "subject_token_type",
    "Only access tokens are exchanged: urn:ietf:params:oauth:token-type:access_token",
);
const REQUESTED_TOKEN_TYPE: AppRefusal = AppRefusal::new(
    Refusal::InvalidRequest,
    "requested_token_type",
    "Only access tokens are issued: urn:ietf:params:oauth:token-type:access_token",
);
const ACTOR: AppRefusal = AppRefusal::new(Refusal::InvalidRequest, "actor_token", "Delegation is not supported");
const EXCHANGE_SCOPE: AppRefusal =
    AppRefusal::new(Refusal::InvalidScope, "scope", "An exchange cannot change the scope of the token of the provider");
const EXCHANGE_RESOURCE: AppRefusal = AppRefusal::new(
    Refusal::InvalidTarget,
    "resource",
    "An exchange takes audience, the id of the provider, and no resource",
);
const PROVIDER_NOT_ALLOWED: AppRefusal = AppRefusal::new(
    Refusal::InvalidTarget,
    "audience",
    "This client gets no tokens of this provider (clients.<id>.provider_tokens)",
);

/// The requested scopes, without duplicates; `None` if the parameter `scope` is absent.
fn scopes(form: &Parameters) -> Result<Option<Vec<String>>, AppRefusal> {
    let Some(text) = form.get("scope") else { return Ok(None) };
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    if scopes.is_empty() { Err(EMPTY_SCOPE) } else { Ok(Some(scopes)) }
}

/// The requested `resource` (RFC 8707 §2), in the spelling of the configuration. An error if the client may not request
/// it.
fn resource(app: &App, client: &Client, form: &Parameters) -> Result<Option<String>, AppRefusal> {
    let Some(resource) = form.get("resource") else { return Ok(None) };
    let known = token::resource(app, &client.id, resource).ok_or(RESOURCE_NOT_ALLOWED)?;
    Ok(Some(known.to_owned()))
}
