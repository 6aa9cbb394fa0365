//! `POST /oauth2/token`: with a form the token endpoint of OAuth 2.1, with JSON the second request of the SPA flow.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::spa_flow;
use super::{provider_token, token_exchange};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::{BUILT_IN_CLIENT, Grant};
use crate::session::SignedIn;
use crate::telemetry;
use crate::token::{
    self, AccessToken, CodeDefect, CodeRefused, IdTokenError, IdTokenFor, Presented, PresentedCode, RefreshToken,
    RenewalRefused, has_scope, issue_scoped, issue_to_client, redeem, renew,
};
use crate::web::answer::app_refusal::AppRefusal;
use crate::web::answer::negotiate;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::token_response::TokenResponse;
use crate::web::request::client_address;
use crate::web::request::client_authentication::{authenticate, record_refusal};
use crate::web::request::extract::{self, Parameters};
use crate::web::request::throttle::Throttles;
use crate::web::request::token_request::{RefreshRequest, TokenRequest};

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
    granted(app, throttles, request, &form).await.inspect_err(|problem| record_refusal(request, &form, problem))
}

async fn granted(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    form: &Parameters,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let client = authenticate(app, throttles, request, form, now).await?;
    let client = &*client;
    throttles.token_for(app, request, client)?;
    match TokenRequest::read(app, client, form)? {
        TokenRequest::Code(presented) => by_code(app, client, presented, now).await,
        TokenRequest::Refresh(refresh) => by_refresh_token(app, client, request, refresh, now).await,
        TokenRequest::ClientCredentials { scope, resource } => {
            for_itself(app, client, scope.as_deref(), resource.as_deref(), now)
        }
        TokenRequest::Exchange(exchange) => {
            let token = token_exchange::exchange(app, client, &exchange, now).await?;
            Ok(provider_token::exchanged(&token, now))
        }
    }
}

/// The grant `authorization_code` (RFC 6749 §4.1.3).
async fn by_code(
    app: &App,
    client: &Client,
    presented: PresentedCode,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let narrowed = presented.resource.clone();
    let granted = redeem(app, client, presented, now).await.map_err(|refused| match refused {
        CodeRefused::InvalidGrant(defect) => explained(defect).into(),
        CodeRefused::InvalidTarget => OTHER_RESOURCE.into(),
        CodeRefused::Db(error) => Problem::from(error),
    })?;
    let session = &granted.signed_in.session;
    let target = narrowed.as_deref().or(session.resource.as_deref());
    let scope = token::scope_at(app, target, &session.scopes);
    let access = issue_scoped(app, &granted.signed_in, scope.clone(), target, now).map_err(Problem::from)?;
    // Apps get a refresh token only with the scope `offline_access`.
    let offline = has_scope(&session.scopes, "offline_access") && client.may(Grant::RefreshToken);
    let refresh = offline.then(|| RefreshToken { session: session.id, counter: 0 }.encode(&app.config.ring));
    let about = IdTokenContent { client, signed_in: &granted.signed_in, nonce: granted.nonce.as_deref() };
    issued(app, &Tokens { access, refresh, scope, about: Some(about) }, now)
}

const OTHER_RESOURCE: AppRefusal =
    AppRefusal::new(Refusal::InvalidTarget, "resource", "The authorization request was for another resource");
const INVALID_REFRESH_TOKEN: AppRefusal = AppRefusal::new(
    Refusal::InvalidGrant,
    "refresh_token",
    "The refresh token is unknown or was replaced, is of another client, or its session has ended",
);
const WIDER_SCOPE: AppRefusal = AppRefusal::new(
    Refusal::InvalidScope,
    "scope",
    "scope exceeds what was granted, or names a scope that the client cannot have",
);

/// The error description for a refused code, for the app's developer.
fn explained(defect: CodeDefect) -> AppRefusal {
    let (parameter, description) = match defect {
        CodeDefect::Unknown => ("code", "The code is unknown or has expired"),
        CodeDefect::OtherClient => ("code", "The code was issued to another client"),
        CodeDefect::RedirectUri => ("redirect_uri", "redirect_uri differs from that of the authorization request"),
        CodeDefect::VerifierMissing => {
            ("code_verifier", "code_verifier is missing: the authorization request had a code_challenge")
        }
        CodeDefect::VerifierWrong => {
            ("code_verifier", "code_verifier does not match the code_challenge of the authorization request")
        }
        CodeDefect::Used => ("code", "The code was already used"),
        CodeDefect::SignInEnded => ("code", "The sign-in that the code came from has ended"),
    };
    AppRefusal::new(Refusal::InvalidGrant, parameter, description)
}

/// The grant `refresh_token` (RFC 6749 §6).
async fn by_refresh_token(
    app: &App,
    client: &Client,
    request: &HttpRequest,
    refresh: RefreshRequest,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let RefreshRequest { token, scope, resource, for_account } = refresh;
    let presented = Presented {
        token,
        client_id: client.id.clone(),
        rotates: client.rotates_refresh_tokens,
        scope,
        resource,
        for_account,
        ip: client_address::address(request, &app.config.server.trusted_proxies),
        user_agent: negotiate::header_text(request, header::USER_AGENT),
    };
    let renewed = renew(app, presented, now).await?;
    // The built-in client gets no ID token: the login has returned the user to it.
    let content = IdTokenContent { client, signed_in: &renewed.signed_in, nonce: None };
    let about = (client.id != BUILT_IN_CLIENT).then_some(content);
    let tokens = Tokens { access: renewed.access, refresh: Some(renewed.refresh), scope: renewed.scope, about };
    issued(app, &tokens, now)
}

impl From<RenewalRefused> for Problem {
    fn from(refused: RenewalRefused) -> Self {
        match refused {
            RenewalRefused::InvalidGrant => INVALID_REFRESH_TOKEN.into(),
            RenewalRefused::InvalidScope => WIDER_SCOPE.into(),
            RenewalRefused::InvalidTarget => OTHER_RESOURCE.into(),
            RenewalRefused::Db(error) => error.into(),
            RenewalRefused::Sign(error) => error.into(),
        }
    }
}

/// The grant `client_credentials` (RFC 6749 §4.4). The token has no user, so scopes about users are refused.
fn for_itself(
    app: &App,
    client: &Client,
    scope: Option<&[String]>,
    resource: Option<&str>,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    const OF_PERSONS: [&str; 5] = ["openid", "profile", "email", "groups", "offline_access"];
    let may = |scope: &&String| client.scopes.contains(scope) && !OF_PERSONS.contains(&scope.as_str());
    let granted: Vec<&str> = match scope {
        Some(asked) if asked.iter().all(|scope| may(&scope)) => asked.iter().map(String::as_str).collect(),
        Some(_) => return Err(WIDER_SCOPE.into()),
        None => client.scopes.iter().filter(may).map(String::as_str).collect(),
    };
    let scope = token::scope_at(app, resource, &granted.join(" "));
    let access = issue_to_client(app, client, scope.clone(), resource, now)?;
    issued(app, &Tokens { access, refresh: None, scope, about: None }, now)
}

/// The result of a grant for a client.
struct Tokens<'a> {
    access: AccessToken,
    refresh: Option<Plain>,
    scope: String,
    about: Option<IdTokenContent<'a>>,
}

/// The content of an ID token.
struct IdTokenContent<'a> {
    client: &'a Client,
    signed_in: &'a SignedIn,
    nonce: Option<&'a str>,
}

/// The token response (RFC 6749 §5.1), with an ID token for the scope `openid` (OpenID Connect Core §3.1.3.3).
fn issued(app: &App, tokens: &Tokens<'_>, now: Timestamp) -> Result<HttpResponse, Problem> {
    let Tokens { access, refresh, scope, about } = tokens;
    let id_token = match about.as_ref().filter(|_| has_scope(scope, "openid")) {
        Some(content) => id_token(app, content, scope, access, now)?,
        None => None,
    };
    let response = TokenResponse {
        access_token: access.token.expose(),
        token_type: "Bearer",
        expires_in: Some(access.expires_in),
        scope: Some(scope),
        refresh_token: refresh.as_ref().map(Plain::expose),
        id_token: id_token.as_ref().map(Plain::expose),
        ..TokenResponse::default()
    };
    Ok(response.of_token_endpoint())
}

/// The ID token. One that is too large is left out: the login has checked the size, and the claims have grown since, by another
/// login of the user. A refresh may be answered without one (OpenID Connect Core §12.2).
fn id_token(
    app: &App,
    content: &IdTokenContent<'_>,
    scope: &str,
    access: &AccessToken,
    now: Timestamp,
) -> Result<Option<Plain>, Problem> {
    let IdTokenContent { client, signed_in, nonce } = *content;
    match token::id_token(app, IdTokenFor { client, signed_in, scope, nonce }, &access.token, now) {
        Ok(id_token) => Ok(Some(id_token)),
        Err(IdTokenError::Key(error)) => Err(error.into()),
        Err(IdTokenError::TooLarge(reason)) => {
            let (client, session) = (client.id.clone(), signed_in.session.id);
            telemetry::record(&Event::IdTokenTooLarge { client, session, reason });
            Ok(None)
        }
    }
}
