//! The token requests: for a code (RFC 6749 §4.1.3) once per login, and never again whatever comes of it (FI-07); and for a
//! refresh token (§6).

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
use crate::upstream::client_authentication::{self, ClientRequest};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::Handshake;
use crate::upstream::identity::ProviderTokens;
use crate::upstream::line::{Line, Unanswered};
use crate::upstream::token_answer::{TokenType, judge, token_failure};

/// Redeems a code.
pub async fn redeem(
    config: &config::OAuth2,
    line: &Line,
    handshake: &Handshake,
    code: &Plain,
    now: Timestamp,
) -> Result<ProviderTokens, Failure> {
    let redirect = RedirectUrl::new(handshake.redirect_uri.clone())
        .map_err(|_| Failure::token(Fault::Answer, "the token request cannot be made"))?;
    let library = library(config);
    let mut request = library.exchange_code(AuthorizationCode::new(code.expose().to_owned()));
    request = request.set_redirect_uri(Cow::Owned(redirect));
    if let Some(verifier) = &handshake.verifier {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
    }
    read(request.request_async(&TokenEndpoint { config, line, now }).await)
}

/// Asks for new tokens by a refresh token (RFC 6749 §6).
pub async fn refresh(
    config: &config::OAuth2,
    line: &Line,
    refresh_token: &Plain,
    now: Timestamp,
) -> Result<ProviderTokens, Failure> {
    let refresh_token = RefreshToken::new(refresh_token.expose().to_owned());
    let library = library(config);
    let request = library.exchange_refresh_token(&refresh_token);
    read(request.request_async(&TokenEndpoint { config, line, now }).await)
}

fn read<E: ErrorResponse + 'static>(
    answer: Result<BasicTokenResponse, RequestTokenError<Failure, E>>,
) -> Result<ProviderTokens, Failure> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::Request(failure) => failure,
        _ => token_failure(Fault::Answer, "answered with something that cannot be read"),
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

/// The library's way to the token endpoint: as the client, through the provider's line, and past [`judge`]. It asks for
/// JSON; GitHub answers with a form where nobody does.
struct TokenEndpoint<'s> {
    config: &'s config::OAuth2,
    line: &'s Line,
    now: Timestamp,
}

impl<'c> AsyncHttpClient<'c> for TokenEndpoint<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let Self { config, line, now } = self;
            let endpoint = config.token_endpoint.as_str();
            // The library names the client in the body; whether that is how it is named here is not its business.
            let form = url::form_urlencoded::parse(request.body()).filter(|(name, _)| name != "client_id");
            let form: Vec<_> = form.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            let request = ClientRequest { endpoint, audience: config.audience(), form: &form };
            let answer = client_authentication::send(line, &config.registration, &request, *now).await;
            let answer = answer.map_err(|Unanswered(fault, why)| token_failure(fault, &why))?;
            judge(answer.status(), answer.headers(), answer.body(), TokenType::BearerUnlessSaid)
        })
    }
}
