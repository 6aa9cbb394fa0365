//! The parameters of a login request, and the origin of the request.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName};

use super::client_address;
use super::cookies;
use super::extract::Parameters;
use crate::app::App;
use crate::authorize::{AuthorizationRequest, Prompt};
use crate::base::secret::Hashed;
use crate::login::{Caller, Code, FetchSite};
use crate::upstream::LoginHints;
use crate::web::answer::negotiate;
use crate::web::answer::problem::Problem;

/// The maximum length of a parameter that is passed on to the provider, in bytes.
pub const MAX_HINT: usize = 512;
/// The parameters of a login that anyone may begin.
pub const LOGIN_PARAMETERS: [&str; 8] =
    ["return_to", "iss", "target_link_uri", "login_hint", "prompt", "max_age", "acr_values", "ui_locales"];

/// The validated parameter `return_to`; `None` if it is absent.
pub fn checked_return_to(app: &App, query: &Parameters) -> Result<Option<String>, Problem> {
    let Some(asked) = query.get("return_to") else { return Ok(None) };
    let checked = app.config.login.return_to.check(asked).ok_or(Code::ReturnToRefused)?;
    Ok(Some(checked))
}

/// The target after a login that anyone may begin: `return_to`, or `target_link_uri` of a third-party-initiated login
/// (OpenID Connect Core §4), whose `iss` must be the provider's. Both targets at once are refused.
pub fn target(app: &App, provider: &str, query: &Parameters) -> Result<Option<String>, Problem> {
    if let Some(iss) = query.get("iss") {
        let provider = app.providers.get(provider).ok_or(Code::UnknownProvider)?;
        if !provider.is_issuer(iss) {
            return Err(Problem::invalid("The parameter iss is not the issuer of the provider."));
        }
    }
    let Some(target) = query.get("target_link_uri") else { return checked_return_to(app, query) };
    if query.get("return_to").is_some() {
        return Err(Problem::invalid("The parameters target_link_uri and return_to exclude each other."));
    }
    Ok(Some(app.config.login.return_to.check(target).ok_or(Code::ReturnToRefused)?))
}

/// Whether the user asks for another account than the account that the provider would sign in without a question.
pub fn wants_another_account(query: &Parameters) -> bool {
    query.get("prompt") == Some("select_account")
}

/// The parameters that are passed on to the provider. Others in the query are ignored (RA-16).
pub fn hints(query: &Parameters) -> Result<LoginHints, Problem> {
    let text = |name: &str| match query.get(name) {
        Some(value) if value.len() > MAX_HINT => {
            Err(Problem::invalid(format!("The parameter {name} is longer than {MAX_HINT} bytes.")))
        }
        value => Ok(value.map(str::to_owned)),
    };
    let max_age = query
        .get("max_age")
        .map(str::parse)
        .transpose()
        .map_err(|_| Problem::invalid("The parameter max_age is not a whole number of seconds."))?;
    Ok(LoginHints {
        login_hint: text("login_hint")?,
        prompt: text("prompt")?,
        max_age,
        acr_values: text("acr_values")?,
        ui_locales: text("ui_locales")?,
    })
}

/// The parameters for the provider from an app's authorization request. 404 for a provider that the client may not use.
///
/// `another`: whether the person wants another account.
pub fn hints_of(app: &App, asked: &AuthorizationRequest, provider: &str, another: bool) -> Result<LoginHints, Problem> {
    let client = app.clients.get(&asked.client_id);
    let wanted = asked.provider.as_deref().is_none_or(|wanted| wanted == provider);
    if !wanted || !client.is_some_and(|client| client.takes_provider(provider)) {
        return Err(Code::UnknownProvider.into());
    }
    // Many providers send `auth_time` only for a request with `max_age`, so `prompt=login` adds one.
    let age_of_a_login = u32::try_from(app.config.login.authorization_lifetime.as_secs()).unwrap_or(u32::MAX);
    Ok(LoginHints {
        login_hint: asked.login_hint.clone(),
        prompt: Prompt { select_account: asked.prompt.select_account || another, ..asked.prompt }.at_provider(),
        max_age: asked.max_age.or(asked.prompt.login.then_some(age_of_a_login)),
        acr_values: asked.acr_values.clone(),
        ui_locales: asked.ui_locales.clone(),
    })
}

/// The origin of the request: address, headers and binding cookie.
pub fn caller(app: &App, request: &HttpRequest) -> Caller {
    let binding: Option<Hashed> = cookies::binding(app, request);
    Caller {
        ip: client_address::address(request, &app.config.server.trusted_proxies),
        user_agent: negotiate::header_text(request, header::USER_AGENT),
        origin: negotiate::header_text(request, header::ORIGIN),
        binding,
        site: negotiate::header_text(request, HeaderName::from_static("sec-fetch-site")).map(|site| match &*site {
            "same-origin" => FetchSite::SameOrigin,
            "same-site" => FetchSite::SameSite,
            _ => FetchSite::Other,
        }),
    }
}
