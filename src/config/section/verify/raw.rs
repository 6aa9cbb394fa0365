//! `[verify]` as it is written. The doc comments become the reference.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::model::Verify;
use crate::config::section::allow::RawAllow;

/// Sites that know nothing of logins: their reverse proxy asks `/verify` before it passes a request on.
// Not `deny_unknown_fields`, which serde cannot combine with `flatten`: the check of the layers refuses unknown keys.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(crate) struct RawVerify {
    /// `[[verify.rules]]` tables with `hosts`, `paths`, `methods`, `scopes` and `allow`; the first that matches decides; once there is one, what matches none is denied
    pub(crate) rules: Vec<RawSiteRule>,
    /// The keys that mean what is written.
    #[serde(flatten)]
    pub(crate) verify: Verify,
}

/// Who may see which part of which site.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawSiteRule {
    /// hosts, with the port unless it is the scheme's; `*` is one label, `**` one or more; empty: all at the scheme's port
    pub(crate) hosts: Vec<String>,
    /// paths, decoded; `*` is any characters of a segment, `/**` all below; empty: all
    pub(crate) paths: Vec<String>,
    /// methods in upper case; `GET` is also HEAD; empty: all
    pub(crate) methods: Vec<String>,
    /// scopes that an access token must have, all of them; a session cookie has those of the gateway's own tokens; empty: none
    pub(crate) scopes: Vec<String>,
    /// who; empty: everyone who is signed in
    pub(crate) allow: RawSiteAllow,
}

/// Who may see it: those who meet all conditions that are set.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawSiteAllow {
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
    /// everyone, also without a session
    pub(crate) anyone: bool,
    /// refuse everyone, also with a session
    pub(crate) deny: bool,
}

impl RawSiteAllow {
    /// The ids of the providers that they are about, and the conditions on the profile.
    pub(crate) fn conditions(&self) -> (Vec<String>, RawAllow) {
        let Self { email_domains, groups, claims, providers, .. } = self.clone();
        (providers, RawAllow { email_domains, groups, claims })
    }
}
