//! The token requests: with a code (RFC 6749 §4.1.3), at most once per login (FI-07), and with a refresh token (§6).

use std::borrow::Cow;
use std::pin::Pin;

use oauth2::basic::BasicTokenResponse;
use oauth2::{
    AsyncHttpClient, AuthorizationCode, ErrorResponse, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, TokenResponse,
};

use super::library::library;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config;
use crate::upstream::client_authentication;
use crate::upstream::client_request::ClientRequest;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::Handshake;
use crate::upstream::identity::ProviderTokens;
use crate::upstream::provider_http::{CallError, ProviderHttp};
use crate::upstream::sent::Sent;
use crate::upstream::token_response::{TokenType, normalize, token_failure};

/// Redeems an authorization code.
pub async fn redeem_code(
    config: &config::OAuth2,
    http: &ProviderHttp,
    handshake: &Handshake,
    code: &Plain,
    now: Timestamp,
) -> Result<ProviderTokens, Failure> {
    let redirect = RedirectUrl::new(handshake.redirect_uri.clone())
        .map_err(|_| Failure::token(Fault::InvalidResponse, "the token request cannot be built"))?;
    let library = library(config);
    let mut request = library.exchange_code(AuthorizationCode::new(code.expose().to_owned()));
    request = request.set_redirect_uri(Cow::Owned(redirect));
    if let Some(verifier) = &handshake.verifier {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
    }
    parse(request.request_async(&TokenEndpoint { config, http, now, sent: Some(&handshake.sent) }).await)
}

/// Redeems a refresh token (RFC 6749 §6).
pub async fn redeem_refresh_token(
    config: &config::OAuth2,
    http: &ProviderHttp,
    refresh_token: &Plain,
    now: Timestamp,
) -> Result<ProviderTokens, Failure> {
    let refresh_token = RefreshToken::new(refresh_token.expose().to_owned());
    let library = library(config);
    let request = library.exchange_refresh_token(&refresh_token);
    parse(request.request_async(&TokenEndpoint { config, http, now, sent: None }).await)
}

fn parse<E: ErrorResponse + 'static>(
    answer: Result<BasicTokenResponse, RequestTokenError<Failure, E>>,
) -> Result<ProviderTokens, Failure> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::Request(failure) => failure,
        _ => token_failure(Fault::InvalidResponse, "answered with an unreadable response"),
    })?;
    let scopes = answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "));
    Ok(ProviderTokens {
        id_token: None,
        access_token: Plain::new(answer.access_token().secret()),
        refresh_token: answer.refresh_token().map(|token| Plain::new(token.secret())),
        token_secret: None,
        scope: scopes,
        expires_in: answer.expires_in().map(|life| life.as_secs()),
    })
}

/// The library's HTTP client for the token endpoint: adds client authentication, and normalizes the response ([`normalize`]).
/// The request accepts JSON; otherwise GitHub responds with a form.
struct TokenEndpoint<'s> {
    config: &'s config::OAuth2,
    http: &'s ProviderHttp,
    now: Timestamp,
    sent: Option<&'s Sent>,
}

impl<'c> AsyncHttpClient<'c> for TokenEndpoint<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let Self { config, http, now, sent } = self;
            let endpoint = config.token_endpoint.as_str();
            // The library adds `client_id` to the body; the configured authentication method decides whether it is sent.
            let form = url::form_urlencoded::parse(request.body()).filter(|(name, _)| name != "client_id");
            let form: Vec<_> = form.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            let method = config.registration.auth_method(&[]);
            let request = ClientRequest { endpoint, audience: config.audience(), method, form: &form };
            let answer = client_authentication::send(http, &config.registration, &request, *now).await;
            let mut answer = answer.map_err(|CallError(fault, why)| token_failure(fault, &why))?;
            if let Some(sent) = sent {
                answer.sent.add_all((*sent).clone());
            }
            normalize(&answer, TokenType::BearerByDefault)
        })
    }
}
