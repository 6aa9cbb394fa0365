//! The token request (RFC 6749 §4.1.3): once per login, and never again whatever comes of it (FI-07).

use std::borrow::Cow;
use std::pin::Pin;

use oauth2::{
    AsyncHttpClient, AuthorizationCode, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    TokenResponse,
};

use super::library::library;
use crate::base::secret::Plain;
use crate::config;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::fetch::Unanswered;
use crate::upstream::handshake::Handshake;
use crate::upstream::identity::ProviderTokens;
use crate::upstream::line::Line;
use crate::upstream::token_answer::{TokenType, judge, token_failure};

/// Redeems a code.
pub async fn redeem(
    config: &config::OAuth2,
    line: &Line<'_>,
    handshake: &Handshake,
    code: &Plain,
) -> Result<ProviderTokens, Failure> {
    let redirect = RedirectUrl::new(handshake.redirect_uri.clone())
        .map_err(|_| Failure::token(Fault::Answer, "the token request cannot be made"))?;
    let library = library(config);
    let mut request = library.exchange_code(AuthorizationCode::new(code.expose().to_owned()));
    request = request.set_redirect_uri(Cow::Owned(redirect));
    if let Some(verifier) = &handshake.verifier {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
    }
    let answer = request.request_async(&TokenEndpoint(line)).await.map_err(|error| match error {
        RequestTokenError::Request(failure) => failure,
        _ => token_failure(Fault::Answer, "answered with something that cannot be read"),
    })?;
    Ok(ProviderTokens {
        id_token: None,
        access_token: Plain::new(answer.access_token().secret()),
        refresh_token: answer.refresh_token().map(|token| Plain::new(token.secret())),
        token_secret: None,
        expires_in: answer.expires_in().map(|life| life.as_secs()),
    })
}

/// The library's way to the token endpoint: through the one HTTP client, and past [`judge`]. It asks for JSON, and GitHub
/// answers with a form where nobody does.
struct TokenEndpoint<'l>(&'l Line<'l>);

impl<'c> AsyncHttpClient<'c> for TokenEndpoint<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.send(request).await.map_err(|Unanswered(fault, why)| token_failure(fault, &why))?;
            judge(answer.status(), answer.headers(), answer.body(), TokenType::BearerUnlessSaid)
        })
    }
}
