//! The token request (OpenID Connect Core §3.1.3): once per login, and never again whatever comes of it (FI-07).
//!
//! The library makes the request and reads the answer; in between the answer is judged ([`judge`]).

use std::borrow::Cow;
use std::pin::Pin;

use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ErrorResponse, HttpRequest, HttpResponse, OAuth2TokenResponse,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
};

use super::discovery::Metadata;
use super::library::{TokenAnswer, library};
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::Handshake;
use crate::upstream::identity::ProviderTokens;
use crate::upstream::line::Unanswered;
use crate::upstream::token_answer::{TokenType, judge, token_failure};

impl RelyingParty {
    /// Redeems a code.
    pub(super) async fn redeem(
        &self,
        metadata: &Metadata,
        handshake: &Handshake,
        code: &Plain,
        now: Timestamp,
    ) -> Result<ProviderTokens, Failure> {
        let unusable = || Failure::token(Fault::Answer, "the token request cannot be made");
        let redirect = RedirectUrl::new(handshake.redirect_uri.clone()).map_err(|_| unusable())?;
        let library = library(&self.config, metadata);
        let code = AuthorizationCode::new(code.expose().to_owned());
        let request = library.exchange_code(code).map_err(|_| unusable())?;
        let mut request = request.set_redirect_uri(Cow::Owned(redirect));
        if let Some(verifier) = &handshake.verifier {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
        }
        read(request.request_async(&TokenEndpoint(self, now)).await)
    }

    /// Asks for new tokens by a refresh token (OpenID Connect Core §12.1).
    pub(super) async fn refresh(
        &self,
        metadata: &Metadata,
        refresh_token: &Plain,
        now: Timestamp,
    ) -> Result<ProviderTokens, Failure> {
        let library = library(&self.config, metadata);
        let refresh_token = RefreshToken::new(refresh_token.expose().to_owned());
        let request = library.exchange_refresh_token(&refresh_token);
        let request = request.map_err(|_| Failure::token(Fault::Answer, "the token request cannot be made"))?;
        read(request.request_async(&TokenEndpoint(self, now)).await)
    }
}

fn read<E: ErrorResponse + 'static>(
    answer: Result<TokenAnswer, RequestTokenError<Failure, E>>,
) -> Result<ProviderTokens, Failure> {
    match answer {
        Ok(answer) => Ok(tokens(&answer)),
        Err(RequestTokenError::Request(failure)) => Err(failure),
        Err(_) => Err(token_failure(Fault::Answer, "answered with something that cannot be read")),
    }
}

/// The library's way to the token endpoint: as the client, through the provider's line, and past [`judge`].
struct TokenEndpoint<'s>(&'s RelyingParty, Timestamp);

impl<'c> AsyncHttpClient<'c> for TokenEndpoint<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let endpoint = request.uri().to_string();
            // The library names the client in the body; whether that is how it is named here is not its business.
            let form = url::form_urlencoded::parse(request.body()).filter(|(name, _)| name != "client_id");
            let form: Vec<_> = form.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            let answer = self.0.send_as_client(&endpoint, &form, self.1).await;
            let answer = answer.map_err(|Unanswered(fault, why)| token_failure(fault, &why))?;
            judge(answer.status(), answer.headers(), answer.body(), TokenType::Required)
        })
    }
}

fn tokens(answer: &TokenAnswer) -> ProviderTokens {
    ProviderTokens {
        id_token: answer.extra_fields().extra_fields().raw_id_token.as_ref().map(Plain::new),
        access_token: Plain::new(answer.access_token().secret()),
        refresh_token: answer.refresh_token().map(|token| Plain::new(token.secret())),
        scope: answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")),
        token_secret: None,
        expires_in: answer.expires_in().map(|life| life.as_secs()),
    }
}
