//! `[resources.<id>]` as it is written. The doc comments become the reference.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::section::allow::RawAllow;

/// A service that takes access tokens for itself alone, as an MCP server: its reverse proxy asks `/verify?resource=<id>`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawResource {
    /// its URL, which is `aud` of its tokens and `resource` of the requests for them (RFC 8707); https, or http on loopback
    pub(crate) resource: String,
    /// display name on the consent page; empty: the host of the URL
    pub(crate) name: String,
    /// the scopes that its tokens may have, beside those of OpenID Connect
    pub(crate) scopes: Vec<String>,
    pub(crate) allow: RawResourceAllow,
}

/// Who may use it: those who meet all conditions that are set, at each request; empty: everyone who is signed in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawResourceAllow {
    /// domain of a verified e-mail address, any of these
    pub(crate) email_domains: Vec<String>,
    /// group, any of these
    pub(crate) groups: Vec<String>,
    /// pointer = required value, all of these
    pub(crate) claims: BTreeMap<String, String>,
    /// id of the provider of the login, any of these
    pub(crate) providers: Vec<String>,
    /// how old the authentication may be; empty: any age
    pub(crate) max_age: String,
    /// the least assurance level: `aal1`, `aal2` or `aal3`; empty: none
    pub(crate) aal: String,
}

impl RawResourceAllow {
    /// The ids of the providers that they are about, and the conditions on the profile.
    pub(crate) fn conditions(&self) -> (Vec<String>, RawAllow) {
        let (email_domains, groups, claims) = (self.email_domains.clone(), self.groups.clone(), self.claims.clone());
        (self.providers.clone(), RawAllow { email_domains, groups, claims })
    }
}
