//! Clients by URL: their documents, and their client authentication.
//!
//! A document is fetched for a signed-in person, for a pushed request, and for the keys of a client to which a person has agreed; each
//! fetch counts for the address. Otherwise everyone could let the gateway send requests.

use std::sync::Arc;

use actix_web::HttpRequest;

use super::throttle::Throttles;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::client::{
    self as clients, Asker, Assertion, Audiences, ByUrl, Client, ClientAuthError, ClientKeys, DocumentError, Proof,
};
use crate::web::answer::app_refusal::AppRefusal;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// A request whose fetches count for its address.
#[derive(Clone, Copy)]
pub struct Fetching<'a> {
    pub app: &'a App,
    pub throttles: &'a Throttles,
    pub request: &'a HttpRequest,
    pub now: Timestamp,
}

/// Whose documents are fetched for an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documents {
    /// Those of clients to which a person has agreed.
    Agreed,
    /// Any, as for a pushed request, which comes before the person.
    Any,
}

impl Fetching<'_> {
    /// The client as its document describes it, from the cache or fetched; `None` without the id of one by URL.
    pub async fn described(self, id: Option<&str>, asker: Asker) -> Result<Option<Arc<Client>>, Problem> {
        let Some((id, by_url)) = id.and_then(|id| Some((id, self.app.clients.by_url(id)?))) else { return Ok(None) };
        Ok(Some(self.document(by_url, id, asker).await?))
    }

    async fn document(self, by_url: &ByUrl, id: &str, asker: Asker) -> Result<Arc<Client>, Problem> {
        if let Some(client) = by_url.cached(id, self.now) {
            return Ok(client);
        }
        self.throttles.document(self.app, self.request)?;
        Ok(by_url.fetch(id, asker, self.now).await?)
    }

    /// Authenticates a client by URL. One whose document names no keys is public: nothing is fetched for it. Without an assertion,
    /// the document to which a person has agreed last decides, so that one that cannot be fetched is no way around the keys.
    pub async fn authenticate(
        self,
        id: &str,
        proof: &Proof,
        documents: Documents,
        audiences: &Audiences,
    ) -> Result<Result<Option<Assertion>, ClientAuthError>, Problem> {
        let assertion = match proof {
            Proof::Secret(_) => return Ok(Err(ClientAuthError::Unknown)),
            Proof::None | Proof::Assertion(_) if documents == Documents::Any => proof.assertion(),
            Proof::None => {
                let authenticates = self.authenticates(id).await?;
                return Ok(if authenticates { Err(ClientAuthError::Unknown) } else { Ok(None) });
            }
            Proof::Assertion(_) if !self.authenticates(id).await? => return Ok(Err(ClientAuthError::Unknown)),
            Proof::Assertion(assertion) => Some(assertion),
        };
        self.by_document(id, assertion, audiences).await
    }

    /// Authenticates a client by URL as its document says.
    async fn by_document(
        self,
        id: &str,
        assertion: Option<&Plain>,
        audiences: &Audiences,
    ) -> Result<Result<Option<Assertion>, ClientAuthError>, Problem> {
        let Some(by_url) = self.app.clients.by_url(id) else { return Ok(Err(ClientAuthError::Unknown)) };
        let client = self.document(by_url, id, Asker::Client).await?;
        let jwks_uri = client.by_url.as_ref().and_then(|said| said.jwks_uri.as_deref());
        let (jwks_uri, assertion) = match (jwks_uri, assertion) {
            (None, None) => return Ok(Ok(None)),
            (Some(jwks_uri), Some(assertion)) => (jwks_uri, assertion),
            _ => return Ok(Err(ClientAuthError::Unknown)),
        };
        let verified = |keys: &ClientKeys| clients::verify_by_keys(keys, id, assertion, audiences, self.now);
        if let Some(keys) = by_url.cached_keys(jwks_uri, self.now) {
            let known = verified(&keys);
            if known.is_some() || !keys.may_be_replaced(self.now) {
                return Ok(known.map(Some).ok_or(ClientAuthError::WrongSecret));
            }
        }
        self.throttles.document(self.app, self.request)?;
        let keys = by_url.fetch_keys(jwks_uri, self.now).await?;
        Ok(verified(&keys).map(Some).ok_or(ClientAuthError::WrongSecret))
    }

    async fn authenticates(self, id: &str) -> Result<bool, Problem> {
        let id = id.to_owned();
        Ok(self.app.db.run("find client by URL", move |conn| clients::authenticates(conn, &id)).await?)
    }
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        let refusal = match error {
            DocumentError::Unavailable => Refusal::ClientDocumentUnavailable,
            _ => Refusal::ClientDocumentRefused,
        };
        AppRefusal::new(refusal, "client_id", error.text()).into()
    }
}
