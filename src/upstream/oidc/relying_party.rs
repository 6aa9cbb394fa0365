//! The gateway as the relying party of one OpenID provider.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tracing::Instrument;
use url::Url;

use super::documents::Documents;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db};
use crate::base::jws::JwsAlgorithm;
use crate::base::outbound::Outbound;
use crate::config::{self, TokenEndpointAuthMethod};
use crate::upstream::client_authentication;
use crate::upstream::client_request::ClientRequest;
use crate::upstream::client_response::ClientResponse;
use crate::upstream::provider_http::{CallError, ProviderHttp};
use crate::upstream::store;

/// The state for one OpenID provider: its configuration, its HTTP client and its cached documents.
pub struct RelyingParty {
    pub(super) config: config::Oidc,
    pub(super) db: Db,
    pub(super) http: ProviderHttp,
    pub(super) documents: Documents,
    /// The algorithm of the newest ID token that this replica has seen.
    newest_algorithm: ArcSwapOption<JwsAlgorithm>,
}

impl RelyingParty {
    /// Creates the HTTP client and empty caches. It sends no request.
    pub fn new(config: config::Oidc, db: Db, outbound: Outbound) -> Self {
        let issuer = Url::parse(&config.issuer).ok();
        let trusted = issuer.iter().chain(&config.registration.endpoints.discovery_url);
        let http = ProviderHttp::new(&config.registration, trusted, outbound);
        Self { config, db, http, documents: Documents::new(), newest_algorithm: ArcSwapOption::empty() }
    }

    /// The authentication method by the cached metadata.
    pub(super) fn auth_method(&self) -> TokenEndpointAuthMethod {
        let cached = self.documents.metadata.current();
        self.config.registration.auth_method(cached.as_ref().map_or(&[], |metadata| &metadata.value.auth_methods))
    }

    /// Stores in the background that the newest ID token has this algorithm, if the one before had another.
    pub(super) fn note_algorithm(&self, algorithm: JwsAlgorithm) {
        let before = self.newest_algorithm.swap(Some(Arc::new(algorithm)));
        if before.as_deref() == Some(&algorithm) {
            return;
        }
        let (db, provider) = (self.db.clone(), self.config.registration.id.clone());
        let write = async move {
            let write = move |conn: &mut Conn| store::note_algorithm(conn, &provider, algorithm);
            let _best_effort = db.run("providers.id_token_alg", write).await;
        };
        tokio::spawn(write.in_current_span());
    }

    /// Sends a request with client authentication.
    pub(super) async fn send_as_client(
        &self,
        endpoint: &str,
        form: &[(String, String)],
        now: Timestamp,
    ) -> Result<ClientResponse, CallError> {
        let request = ClientRequest { endpoint, audience: &self.config.issuer, method: self.auth_method(), form };
        client_authentication::send(&self.http, &self.config.registration, &request, now).await
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::{Pointer, PushedAuthorization, Registration, Userinfo};

    /// A valid configuration for this issuer, with `auto` for userinfo and pushed authorization requests.
    pub(in crate::upstream::oidc) fn config(issuer: &str) -> config::Oidc {
        config::Oidc {
            registration: Registration::example(),
            issuer: issuer.into(),
            tenants: vec![],
            pushed_authorization: PushedAuthorization::Auto,
            userinfo: Userinfo::Auto,
            needed_claims: Pointer::parse("/email").into_iter().collect(),
            signing_algorithms: vec![],
            trusted_audiences: vec![],
        }
    }
}
