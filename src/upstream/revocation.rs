//! Revoking a token (RFC 7009). The libraries would do it, but refuse every endpoint that is not https, loopback too.

use http::StatusCode;

use super::client_authentication::{self, ClientRequest};
use super::failure::{Failure, Fault};
use super::line::{Line, Unanswered, status_in_words};
use super::renewal::TokenTypeHint;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::Registration;

/// Where tokens are revoked, and whom an assertion is for there.
pub struct Revocation<'r> {
    /// The endpoint.
    pub endpoint: &'r str,
    /// The audience of an assertion: the issuer, else the token endpoint.
    pub audience: &'r str,
}

impl Revocation<'_> {
    /// Revokes a token. One that the provider does not know is revoked too (§2.2).
    pub async fn revoke(
        &self,
        line: &Line,
        registration: &Registration,
        token: &Plain,
        hint: TokenTypeHint,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let form = [("token", token.expose()), ("token_type_hint", hint.as_str())];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request = ClientRequest { endpoint: self.endpoint, audience: self.audience, form: &form };
        let answer = client_authentication::send(line, registration, &request, now).await;
        match answer.map_err(|Unanswered(fault, why)| failure(fault, &why))?.status() {
            status if status.is_success() => Ok(()),
            // Asked again, it would say the same.
            StatusCode::BAD_REQUEST => Err(failure(Fault::Refused, "refused the token")),
            status => Err(failure(Fault::Answer, &status_in_words(status))),
        }
    }
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the revocation endpoint: {why}"))
}
