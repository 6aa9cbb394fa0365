//! The gateway as the relying party of one OpenID provider.

use url::Url;

use super::documents::Documents;
use crate::base::clock::Timestamp;
use crate::base::db::Db;
use crate::base::outbound::Outbound;
use crate::config;
use crate::upstream::client_authentication::{self, ClientRequest};
use crate::upstream::client_response::ClientResponse;
use crate::upstream::provider_http::{CallError, ProviderHttp};

/// The state for one OpenID provider: its configuration, its HTTP client and its cached documents.
pub struct RelyingParty {
    pub(super) config: config::Oidc,
    pub(super) db: Db,
    pub(super) http: ProviderHttp,
    pub(super) documents: Documents,
}

impl RelyingParty {
    /// Creates the HTTP client and empty caches. It sends no request.
    pub fn new(config: config::Oidc, db: Db, outbound: Outbound) -> Self {
        let issuer = Url::parse(&config.issuer).ok();
        let http = ProviderHttp::new(&config.registration, &issuer, outbound);
        Self { config, db, http, documents: Documents::new() }
    }

    /// Sends a request with client authentication.
    pub(super) async fn send_as_client(
        &self,
        endpoint: &str,
        form: &[(String, String)],
        now: Timestamp,
    ) -> Result<ClientResponse, CallError> {
        let request = ClientRequest { endpoint, audience: &self.config.issuer, form };
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
        }
    }
}
