//! The validated settings of sites behind a reverse proxy.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::section::allow::Allow;
use crate::config::section::provider::choice::Aal;
use crate::config::value::duration::DurationText;
use crate::config::value::site_host::{HostPattern, SiteHost};
use crate::config::value::site_path::{PathPattern, SitePath};

/// Sites behind a reverse proxy.
#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the table")]
pub struct Verify {
    /// how long a replica answers for a session without the database, never past its end; "0s": not at all
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "0s", "x-to" = "60s"))]
    pub cache_for: Duration,
    /// send e-mail addresses that the provider has not verified, too
    pub unverified_email: bool,
    /// compare paths of rules without letter case, for servers that ignore it
    pub ignore_case: bool,
    /// let CORS preflight requests pass without a session and without identity headers, if the rules do not deny them
    pub allow_preflight: bool,
    /// answer a navigation without a session by a redirect to /login; for Traefik and Caddy, not for nginx
    pub redirect: bool,
    /// send the site an access token in `Authorization`
    pub issue_token: bool,
    /// The port that the hosts of sites need not name: 443 under https, else 80.
    #[serde(skip)]
    pub default_port: u16,
    /// The rules, in the order of their evaluation.
    #[serde(skip)]
    pub rules: Vec<SiteRule>,
}

/// One `[[verify.rules]]` table. An empty list stands for everything; an empty list of hosts for every host at the default port.
#[derive(Clone, Debug)]
pub struct SiteRule {
    /// The hosts that the rule is about; empty: every host at the default port.
    pub hosts: Vec<HostPattern>,
    /// The paths that the rule is about; empty: every path.
    pub paths: Vec<PathPattern>,
    /// The methods, in upper case.
    pub methods: Vec<String>,
    /// Whose requests the rule lets pass.
    pub access: SiteAccess,
}

/// The users who may see the part of a site that a rule names.
#[derive(Clone, Debug)]
pub enum SiteAccess {
    /// Nobody, also with a session.
    Deny,
    /// Everyone, also without a session.
    Anyone,
    /// Those with a session that meets all conditions.
    SignedIn(SiteConditions),
}

/// The conditions on a session. Those that are empty hold for each session.
#[derive(Clone, Debug, Default)]
pub struct SiteConditions {
    /// The conditions on the profile, as of `providers.<id>.allow`.
    pub allow: Allow,
    /// The ids of the providers of the login; one must be the session's.
    pub providers: Vec<String>,
    /// The maximum age of the authentication.
    pub max_age: Option<Duration>,
    /// The least assurance level.
    pub aal: Option<Aal>,
    /// The scopes that the token must have, all of them. A session cookie has those of its session.
    pub scopes: Vec<String>,
}

impl SiteConditions {
    /// No condition: each session meets them.
    pub const fn none() -> Self {
        let allow = Allow { email_domains: Vec::new(), groups: Vec::new(), claims: Vec::new() };
        Self { allow, providers: Vec::new(), max_age: None, aal: None, scopes: Vec::new() }
    }
}

impl SiteRule {
    /// Whether the rule is about this host and path. Methods are not looked at. A rule without hosts is not about other ports:
    /// the client chooses the port in `Host`, and could leave the rules that name its host by it.
    pub fn is_about(&self, host: &SiteHost, path: &SitePath<'_>) -> bool {
        let is_of_hosts = if self.hosts.is_empty() {
            host.port().is_none()
        } else {
            self.hosts.iter().any(|pattern| pattern.matches(host))
        };
        is_of_hosts && (self.paths.is_empty() || self.paths.iter().any(|pattern| pattern.matches(path)))
    }

    /// Whether the rule is about this method. HEAD is answered as GET without the content (RFC 9110 §9.3.2), so `GET` stands for
    /// both.
    pub fn takes_method(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|listed| is_method_of(listed, method))
    }
}

/// Whether a method is the listed one, or HEAD if GET is listed.
pub(crate) fn is_method_of(listed: &str, method: &str) -> bool {
    listed == method || (listed == "GET" && method == "HEAD")
}

impl Verify {
    /// Whether a rule names hosts with this port.
    pub fn names_port(&self, port: u16) -> bool {
        self.rules.iter().flat_map(|rule| &rule.hosts).any(|pattern| pattern.port() == Some(port))
    }
}
