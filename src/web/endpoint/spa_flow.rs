//! The SPA flow, for single-page apps that own the redirect URI: `GET /oauth2/url/`, `POST /oauth2/token/`.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::User;
use crate::app::App;
use crate::authorize::is_s256_challenge;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::secret::Plain;
use crate::login::{
    self, AuthorizationResponse, Callback, Caller, Code, Completed, FetchSite, Finished, Flow, NewLogin,
};
use crate::logout;
use crate::telemetry;
use crate::token::{self, RefreshToken, s256_challenge};
use crate::upstream::{AuthorizationGrant, Provider, ProviderTokens};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::token_response::AccessTokenText;
use crate::web::request::cookies;
use crate::web::request::extract::{self, Parameters, Query};
use crate::web::request::login::{caller, hints};

/// `GET /oauth2/url/`: the URL of the authorization request, and its `state`.
pub async fn url(app: Data<App>, request: HttpRequest, Query(query): Query) -> Result<HttpResponse, Problem> {
    let provider = query.get("provider").ok_or_else(|| no_provider(&app, Refusal::InvalidRequest))?.to_owned();
    let challenge = challenge(&query)?;
    let (binding, cookie) = cookies::bind(&app, &request);
    let caller = caller(&app, &request);
    let new_login = NewLogin {
        provider,
        flow: Flow::Spa,
        hints: hints(&query)?,
        return_to: None,
        request: None,
        link: None,
        binding,
        challenge,
        caller,
    };
    let begun = login::begin(&app, new_login, app.clock.now()).await.map_err(|refusal| parameter(&app, refusal))?;
    let body = LoginUrl { url: &begun.url, state: begun.state.expose(), expires_in: begun.expires_in };
    Ok(HttpResponse::Ok().cookie(cookie).json(body))
}

/// The `code_challenge` of the frontend (RFC 7636 §4.3), only S256. It is not the one that the gateway sends to the provider.
fn challenge(query: &Parameters) -> Result<Option<String>, Problem> {
    let (challenge, method) = (query.get("code_challenge"), query.get("code_challenge_method"));
    let good = match challenge {
        Some(challenge) => is_s256_challenge(challenge) && method.is_none_or(|method| method == "S256"),
        None => method.is_none(),
    };
    if good {
        return Ok(challenge.map(str::to_owned));
    }
    Err(Problem::invalid(if challenge.is_none() {
        "The parameter code_challenge is missing beside code_challenge_method."
    } else {
        "The parameter code_challenge is not the base64url text of a SHA-256 hash (43 characters), or code_challenge_method is not \
         S256."
    }))
}

/// `POST /oauth2/token/` with JSON: completes the login, and returns the gateway's tokens.
pub async fn token(app: &App, request: &HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let body = extract::body(request, payload, app.config.limits.body_bytes).await?;
    exchange(app, request, extract::json(&body)?).await
}

#[derive(Deserialize)]
struct Exchange {
    provider: String,
    state: String,
    code: Option<String>,
    iss: Option<String>,
    oauth_token: Option<String>,
    oauth_verifier: Option<String>,
    code_verifier: Option<String>,
}

impl Exchange {
    /// Why there is no [`Self::answer`].
    fn no_answer(&self) -> Problem {
        Problem::invalid(match (&self.code, &self.oauth_token, &self.oauth_verifier) {
            (None, None, None) => {
                "The member code of the body is missing; for a provider of OAuth 1.0a: oauth_token and oauth_verifier."
            }
            (None, None, Some(_)) => "The member oauth_token of the body is missing.",
            (None, Some(_), None) => "The member oauth_verifier of the body is missing.",
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => "The members code and oauth_token exclude each other.",
            _ => "A member of the body is empty or has a NUL character.",
        })
    }

    /// The parameters of the provider's redirect: a code, or a token with its verifier (OAuth 1.0a).
    fn answer(&self, iss_is_required: bool) -> Option<AuthorizationGrant> {
        let texts = [&self.code, &self.oauth_token, &self.oauth_verifier].into_iter().flatten();
        let fit = texts.chain([&self.provider, &self.state]).all(|text| !text.is_empty() && !text.contains('\0'));
        match (&self.code, &self.oauth_token, &self.oauth_verifier) {
            _ if !fit => None,
            (Some(code), None, None) => Some(AuthorizationGrant::Code {
                code: Plain::new(code),
                iss: self.iss.clone(),
                iss_is_required,
                user: None,
            }),
            (None, Some(token), Some(verifier)) => {
                Some(AuthorizationGrant::Verifier { token: Plain::new(token), verifier: Plain::new(verifier) })
            }
            _ => None,
        }
    }
}

async fn exchange(app: &App, request: &HttpRequest, exchange: Exchange) -> Result<HttpResponse, Problem> {
    let iss_is_required = app.providers.get(&exchange.provider).is_some_and(|known| login::is_shared(app, known));
    let grant = exchange.answer(iss_is_required).ok_or_else(|| exchange.no_answer())?;
    let response = AuthorizationResponse::Granted(grant);
    // The empty challenge of a malformed verifier is that of no login.
    let verifier = exchange.code_verifier.as_deref().map(Plain::new);
    let challenge = verifier.map(|verifier| s256_challenge(&verifier).unwrap_or_default());
    let has_verifier = challenge.is_some();
    let Exchange { provider, state, .. } = exchange;
    let id = provider.clone();
    // The frontend manages its own sessions, so a new login ends no previous session of the browser.
    let (flow, state, previous) = (Flow::Spa, Plain::new(state), None);
    let caller = caller(app, request);
    let unbound = (caller.binding.is_none() && !has_verifier).then(|| caller.clone());
    let callback = Callback { provider, flow, state, response: Some(response), challenge, previous, caller };
    let now = app.clock.now();
    let completed =
        login::complete(app, callback, &|_, _, _| None, now).await.map_err(|refusal| parameter(app, refusal))?;
    if let Some(caller) = unbound {
        count_unbound(app, &caller, now);
    }
    let provider = app.providers.get(&id).ok_or(Code::UnknownProvider)?;
    let Finished::SignedIn(completed) = completed else { return Err(Code::UnknownState.into()) };
    answer(app, provider, *completed, now).await
}

/// Counts an exchange that neither the cookie nor a verifier binds to its browser, although the frontend is of our site: its
/// requests would carry the cookie if it asked for that.
fn count_unbound(app: &App, caller: &Caller, now: Timestamp) {
    if caller.site == Some(FetchSite::SameSite) {
        // Only origins of the configuration: their number is bounded.
        let is_known = |origin: &String| {
            app.config.login.allowed_origins.contains(origin) || app.clients.iter().any(|client| client.is_at(origin))
        };
        let origin = caller.origin.clone().filter(is_known);
        let due = origin.as_ref().is_some_and(|origin| app.unbound_origins.is_due(origin, now));
        telemetry::record(&Event::ExchangeUnbound { origin: origin.filter(|_| due) });
    }
}

async fn answer(app: &App, provider: &Provider, done: Completed, now: Timestamp) -> Result<HttpResponse, Problem> {
    let issued = token::issue(app, &done.signed_in, now).map_err(Problem::from)?;
    let refresh = RefreshToken { session: done.signed_in.session.id, counter: 0 }.encode(&app.config.ring);
    let registration = provider.registration();
    let tokens = registration.expose_tokens.then(|| ExposedTokens::of(&done.tokens, registration.store_tokens));
    let logout_url = logout::logout_link(app, provider, done.signed_in.session.id, now).await;
    let body = SignedInBody {
        api: ApiTokens {
            access: issued.token.expose(),
            refresh: refresh.expose(),
            token_type: "Bearer",
            expires_in: issued.expires_in,
        },
        provider: AtProvider { tokens, logout_url },
        user: &done.signed_in.user,
    };
    Ok(HttpResponse::Ok().json(body))
}

/// The answer to `GET /oauth2/url/`.
#[derive(Serialize)]
struct LoginUrl<'a> {
    url: &'a str,
    state: &'a str,
    expires_in: u64,
}

/// The answer to the completed login.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SpaLogin")]
pub(super) struct SignedInBody<'a> {
    api: ApiTokens<'a>,
    provider: AtProvider<'a>,
    user: &'a User,
}

/// The tokens of the gateway, for a login that gave a session.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct ApiTokens<'a> {
    #[schemars(with = "AccessTokenText")]
    access: &'a str,
    /// For `/oauth2/token`, without a client.
    refresh: &'a str,
    #[schemars(extend("const" = "Bearer"))]
    token_type: &'static str,
    /// In seconds, from now on.
    expires_in: u64,
}

/// The provider, and its tokens with `providers.<id>.expose_tokens`.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct AtProvider<'a> {
    /// The tokens of the provider, with `providers.<id>.expose_tokens`.
    #[serde(flatten)]
    tokens: Option<ExposedTokens<'a>>,
    /// An address of ours that leads the browser to the logout at the provider (`GET /logout/provider`). It has no token of
    /// the provider. Null if the provider has no logout endpoint.
    #[schemars(extend("format" = "uri"))]
    logout_url: Option<String>,
}

/// The provider's tokens for the frontend.
#[derive(Serialize, JsonSchema)]
struct ExposedTokens<'a> {
    /// This and the following with `expose_tokens` only.
    access_token: &'a str,
    /// Null with `store_tokens`: only the gateway refreshes.
    refresh_token: Option<&'a str>,
    id_token: Option<&'a str>,
    expires_in: Option<u64>,
    /// For kind `oauth1`: the secret of the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    token_secret: Option<&'a str>,
}

impl<'a> ExposedTokens<'a> {
    /// A refresh token that is `kept` here is omitted: with rotation, only one party can use it.
    fn of(tokens: &'a ProviderTokens, kept: bool) -> Self {
        Self {
            access_token: tokens.access_token.expose(),
            refresh_token: tokens.refresh_token.as_ref().filter(|_| !kept).map(Plain::expose),
            id_token: tokens.id_token.as_ref().map(Plain::expose),
            expires_in: tokens.expires_in,
            token_secret: tokens.token_secret.as_ref().map(Plain::expose),
        }
    }
}

/// In the SPA flow the provider is a parameter, so an unknown one is 400 instead of 404.
fn parameter(app: &App, refusal: login::LoginRefusal) -> Problem {
    let problem = Problem::from(refusal);
    if problem.is(Refusal::UnknownProvider) { no_provider(app, Refusal::UnknownProviderParameter) } else { problem }
}

/// A refusal of the parameter `provider`. It lists the ids that `GET /providers` shows to everyone.
fn no_provider(app: &App, refusal: Refusal) -> Problem {
    let listed = app.providers.iter().filter(|provider| app.lists_provider(provider));
    let ids: Vec<&str> = listed.map(Provider::id).collect();
    let state = if refusal == Refusal::InvalidRequest { "is missing" } else { "names no provider" };
    let ids = if ids.is_empty() { String::new() } else { format!("; the ids are: {}", ids.join(", ")) };
    Problem::from(refusal).with_detail(format!("The parameter provider {state}{ids}."))
}
