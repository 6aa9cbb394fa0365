//! The token requests: with a code (OpenID Connect Core §3.1.3), at most once per login (FI-07), and with a refresh token (§12).
//!
//! The library builds the request and parses the response; in between the response is normalized ([`normalize`]).

use std::borrow::Cow;
use std::pin::Pin;

use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ErrorResponse, HttpRequest, HttpResponse, OAuth2TokenResponse,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
};

use super::library::{TokenResponse, library};
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::Handshake;
use crate::upstream::identity::ProviderTokens;
use crate::upstream::provider_http::CallError;
use crate::upstream::sent::Sent;
use crate::upstream::token_response::{TokenType, normalize, token_failure};

impl RelyingParty {
    /// Redeems an authorization code.
    pub(super) async fn redeem_code(
        &self,
        metadata: &Metadata,
        handshake: &Handshake,
        code: &Plain,
        now: Timestamp,
    ) -> Result<ProviderTokens, Failure> {
        let invalid = || Failure::token(Fault::InvalidResponse, "the token request cannot be built");
        let redirect = RedirectUrl::new(handshake.redirect_uri.clone()).map_err(|_| invalid())?;
        let library = library(&self.config, metadata);
        let code = AuthorizationCode::new(code.expose().to_owned());
        let mut request = library.exchange_code(code).set_redirect_uri(Cow::Owned(redirect));
        if let Some(verifier) = &handshake.verifier {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
        }
        parse(request.request_async(&TokenEndpoint(self, now, Some(&handshake.sent))).await)
    }

    /// Redeems a refresh token (OpenID Connect Core §12.1).
    pub(super) async fn redeem_refresh_token(
        &self,
        metadata: &Metadata,
        refresh_token: &Plain,
        now: Timestamp,
    ) -> Result<ProviderTokens, Failure> {
        let library = library(&self.config, metadata);
        let refresh_token = RefreshToken::new(refresh_token.expose().to_owned());
        let request = library.exchange_refresh_token(&refresh_token);
        parse(request.request_async(&TokenEndpoint(self, now, None)).await)
    }
}

fn parse<E: ErrorResponse + 'static>(
    answer: Result<TokenResponse, RequestTokenError<Failure, E>>,
) -> Result<ProviderTokens, Failure> {
    match answer {
        Ok(answer) => Ok(tokens(&answer)),
        Err(RequestTokenError::Request(failure)) => Err(failure),
        Err(_) => Err(token_failure(Fault::InvalidResponse, "answered with an unreadable response")),
    }
}

/// The library's HTTP client for the token endpoint: adds client authentication, and normalizes the response ([`normalize`]).
struct TokenEndpoint<'s>(&'s RelyingParty, Timestamp, Option<&'s Sent>);

impl<'c> AsyncHttpClient<'c> for TokenEndpoint<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let endpoint = request.uri().to_string();
            // The library adds `client_id` to the body; the configured authentication method decides whether it is sent.
            let form = url::form_urlencoded::parse(request.body()).filter(|(name, _)| name != "client_id");
            let form: Vec<_> = form.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            let answer = self.0.send_as_client(&endpoint, &form, self.1).await;
            let mut answer = answer.map_err(|CallError(fault, why)| token_failure(fault, &why))?;
            self.2.into_iter().for_each(|sent| answer.sent.add_all(sent.clone()));
            normalize(&answer, TokenType::Required)
        })
    }
}

fn tokens(answer: &TokenResponse) -> ProviderTokens {
    ProviderTokens {
        id_token: answer.extra_fields().extra_fields().raw_id_token.as_ref().map(Plain::new),
        access_token: Plain::new(answer.access_token().secret()),
        refresh_token: answer.refresh_token().map(|token| Plain::new(token.secret())),
        scope: answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")),
        token_secret: None,
        expires_in: answer.expires_in().map(|life| life.as_secs()),
    }
}
