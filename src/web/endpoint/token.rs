//! `POST /oauth2/token`: with a form the token endpoint of OAuth 2.1, with JSON the second request of the SPA flow.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::spa_flow;
use super::{provider_token, token_exchange};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::{BUILT_IN_CLIENT, Grant};
use crate::session::SignedIn;
use crate::token::{
    self, ACCOUNT_SCOPE, AccessToken, CodeRefused, Presented, PresentedCode, RefreshToken, RenewalRefused, has_scope,
    issue_scoped, issue_to_client, redeem, renew,
};
use crate::web::answer::negotiate;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::token_response::TokenResponse;
use crate::web::request::client_address;
use crate::web::request::client_authentication::authenticate;
use crate::web::request::extract::{self, Parameters};
use crate::web::request::throttle::Throttles;

/// Selects the flow by the content type. A refusal of a form is an OAuth error.
pub async fn token(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    match extract::media_type(&request).as_str() {
        "application/json" => spa_flow::token(&app, &request, payload).await,
        extract::FORM => grant(&app, &throttles, &request, payload).await.map_err(Problem::for_oauth_client),
        _ => Err(Refusal::MediaType.into()),
    }
}

async fn grant(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let form = extract::form(request, payload, app.config.limits.body_bytes).await?;
    let now = app.clock.now();
    let client = authenticate(app, throttles, request, &form, now).await?;
    throttles.token_for(app, request, client)?;
    let grant = form.get("grant_type").ok_or(Refusal::InvalidRequest)?;
    if grant == token_exchange::GRANT_TYPE {
        let token = token_exchange::exchange(app, client, &form, now).await?;
        return Ok(provider_token::exchanged(&token, now));
    }
    let known = [Grant::AuthorizationCode, Grant::RefreshToken, Grant::ClientCredentials];
    let grant = known.into_iter().find(|known| known.as_str() == grant);
    let grant = grant.ok_or(Refusal::UnsupportedGrantType)?;
    if !client.may(grant) {
        return Err(Refusal::UnauthorizedClient.into());
    }
    match grant {
        Grant::AuthorizationCode => by_code(app, client, &form, now).await,
        Grant::RefreshToken => by_refresh_token(app, client, request, &form, now).await,
        Grant::ClientCredentials => for_itself(app, client, &form, now),
    }
}

/// The grant `authorization_code` (RFC 6749 §4.1.3).
async fn by_code(app: &App, client: &Client, form: &Parameters, now: Timestamp) -> Result<HttpResponse, Problem> {
    let wanted = |name: &str| form.get(name).ok_or(Refusal::InvalidRequest);
    let presented = PresentedCode {
        code: Plain::new(wanted("code")?),
        redirect_uri: wanted("redirect_uri")?.to_owned(),
        verifier: form.get("code_verifier").map(Plain::new),
        resource: resource(app, client, form)?,
    };
    let narrowed = presented.resource.clone();
    let granted = redeem(app, client, presented, now).await.map_err(|refused| match refused {
        CodeRefused::InvalidGrant => Refusal::InvalidGrant.into(),
        CodeRefused::InvalidTarget => Refusal::InvalidTarget.into(),
        CodeRefused::Db(error) => Problem::from(error),
    })?;
    let session = &granted.signed_in.session;
    let scope = session.scopes.clone();
    let target = narrowed.as_deref().or(session.resource.as_deref());
    let access = issue_scoped(app, &granted.signed_in, scope.clone(), target, now).map_err(Problem::from)?;
    // Apps get a refresh token only with the scope `offline_access`.
    let offline = has_scope(&session.scopes, "offline_access") && client.may(Grant::RefreshToken);
    let refresh = offline.then(|| RefreshToken { session: session.id, counter: 0 }.encode(&app.config.ring));
    let about = IdTokenContent { signed_in: &granted.signed_in, nonce: granted.nonce.as_deref() };
    issued(app, client, &access, refresh.as_ref(), &scope, Some(&about), now)
}

/// The grant `refresh_token` (RFC 6749 §6).
async fn by_refresh_token(
    app: &App,
    client: &Client,
    request: &HttpRequest,
    form: &Parameters,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let for_account = client.id == BUILT_IN_CLIENT && asks_for_account(app, form);
    let mut scope = scopes(form)?;
    if for_account {
        // No session has the scope `account`: `resource` requests it. `scope` may name it too, and is checked without
        // it.
        scope = scope.map(|scope| scope.into_iter().filter(|scope| scope != ACCOUNT_SCOPE).collect());
    }
    let presented = Presented {
        token: Plain::new(form.get("refresh_token").ok_or(Refusal::InvalidRequest)?),
        client_id: client.id.clone(),
        rotates: client.rotates_refresh_tokens,
        scope,
        resource: if for_account { None } else { resource(app, client, form)? },
        for_account,
        ip: client_address::address(request, &app.config.server.trusted_proxies),
        user_agent: negotiate::header_text(request, header::USER_AGENT),
    };
    let renewed = renew(app, presented, now).await.map_err(|refused| match refused {
        RenewalRefused::InvalidGrant => Refusal::InvalidGrant.into(),
        RenewalRefused::InvalidScope => Refusal::InvalidScope.into(),
        RenewalRefused::InvalidTarget => Refusal::InvalidTarget.into(),
        RenewalRefused::Db(error) => Problem::from(error),
        RenewalRefused::Sign(error) => Problem::from(error),
    })?;
    // The built-in client gets no ID token: the login has returned the user to it.
    let about = (client.id != BUILT_IN_CLIENT).then_some(IdTokenContent { signed_in: &renewed.signed_in, nonce: None });
    issued(app, client, &renewed.access, Some(&renewed.refresh), &renewed.scope, about.as_ref(), now)
}

/// The grant `client_credentials` (RFC 6749 §4.4). The token has no user, so scopes about users are refused.
fn for_itself(app: &App, client: &Client, form: &Parameters, now: Timestamp) -> Result<HttpResponse, Problem> {
    const OF_PERSONS: [&str; 5] = ["openid", "profile", "email", "groups", "offline_access"];
    let asked = scopes(form)?;
    let may = |scope: &&String| client.scopes.contains(scope) && !OF_PERSONS.contains(&scope.as_str());
    let granted: Vec<&str> = match &asked {
        Some(asked) if asked.iter().all(|scope| may(&scope)) => asked.iter().map(String::as_str).collect(),
        Some(_) => return Err(Refusal::InvalidScope.into()),
        None => client.scopes.iter().filter(may).map(String::as_str).collect(),
    };
    let resource = resource(app, client, form)?;
    let scope = granted.join(" ");
    let access = issue_to_client(app, client, scope.clone(), resource.as_deref(), now);
    issued(app, client, &access.map_err(Problem::from)?, None, &scope, None, now)
}

/// The requested scopes, without duplicates; `None` where the parameter `scope` is absent.
fn scopes(form: &Parameters) -> Result<Option<Vec<String>>, Problem> {
    let Some(text) = form.get("scope") else { return Ok(None) };
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    if scopes.is_empty() { Err(Refusal::InvalidScope.into()) } else { Ok(Some(scopes)) }
}

/// Whether the form of the built-in client requests the scope `account`, with `resource=<issuer>`.
pub fn asks_for_account(app: &App, form: &Parameters) -> bool {
    form.get("resource").is_some_and(|resource| token::is_issuer(app, resource))
}

/// The requested `resource` (RFC 8707 §2), as the configuration writes it. It must be one that the client is allowed.
fn resource(app: &App, client: &Client, form: &Parameters) -> Result<Option<String>, Problem> {
    let Some(resource) = form.get("resource") else { return Ok(None) };
    let known = token::resource(app, &client.id, resource).ok_or(Refusal::InvalidTarget)?;
    Ok(Some(known.to_owned()))
}

/// The content of an ID token.
struct IdTokenContent<'a> {
    signed_in: &'a SignedIn,
    nonce: Option<&'a str>,
}

/// The token response (RFC 6749 §5.1), with an ID token for the scope `openid` (OpenID Connect Core §3.1.3.3).
fn issued(
    app: &App,
    client: &Client,
    access: &AccessToken,
    refresh: Option<&Plain>,
    scope: &str,
    about: Option<&IdTokenContent<'_>>,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let id_token = match about.filter(|_| has_scope(scope, "openid")) {
        Some(IdTokenContent { signed_in, nonce }) => {
            Some(token::id_token(app, client, signed_in, scope, *nonce, &access.token, now).map_err(Problem::from)?)
        }
        None => None,
    };
    let response = TokenResponse {
        access_token: access.token.expose(),
        token_type: "Bearer",
        expires_in: Some(access.expires_in),
        scope: Some(scope),
        refresh_token: refresh.map(Plain::expose),
        id_token: id_token.as_ref().map(Plain::expose),
        ..TokenResponse::default()
    };
    Ok(response.of_token_endpoint())
}
