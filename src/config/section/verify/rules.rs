//! Validates one `[[verify.rules]]` table.

use std::time::Duration;

use super::model::{SiteAccess, SiteConditions, SiteRule};
use super::raw::{RawSiteAllow, RawSiteRule};
use crate::config::layer::suggest::suggest_word;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::section::allow::{self, RawAllow};
use crate::config::section::provider::choice::Aal;
use crate::config::section::sessions::Sessions;
use crate::config::value::duration;
use crate::config::value::public_url::PublicUrl;
use crate::config::value::site_host::{BadHostPattern, HostPattern, SiteHost};
use crate::config::value::site_path::{BadPathPattern, PathPattern};

/// The values of other sections that the rules need.
pub(crate) struct VerifyContext<'a> {
    /// `server.public_url`, unless it is invalid.
    pub(crate) public_url: Option<&'a PublicUrl>,
    /// `[sessions]`, unless it is invalid.
    pub(crate) sessions: Option<&'a Sessions>,
    /// The ids of all providers.
    pub(crate) providers: &'a [String],
    /// The scopes that a token for a site or a resource can have.
    pub(crate) scopes: &'a [String],
}

/// The settings that all rules have in common.
pub(crate) struct RuleSettings<'a> {
    /// The port that a host need not name.
    pub(crate) default_port: u16,
    /// Whether paths are compared without letter case: `verify.ignore_case`.
    pub(crate) ignore_case: bool,
    /// The values of other sections.
    pub(crate) context: &'a VerifyContext<'a>,
}

pub(crate) fn validate(
    key: &str,
    raw: RawSiteRule,
    settings: &RuleSettings<'_>,
    validator: &mut Validator<'_>,
) -> Option<SiteRule> {
    let hosts: Vec<_> =
        raw.hosts.iter().enumerate().map(|(at, text)| host(key, at, text, settings, validator)).collect();
    let paths: Vec<_> =
        raw.paths.iter().enumerate().map(|(at, text)| path(key, at, text, settings.ignore_case, validator)).collect();
    for (at, text) in raw.methods.iter().enumerate() {
        method(&format!("{key}.methods"), at, text, validator);
    }
    let access = access(&format!("{key}.allow"), raw.allow, settings.context.providers, validator);
    let access = access.and_then(|access| {
        with_scopes(&format!("{key}.scopes"), raw.scopes, access, settings.context.scopes, validator)
    });
    Some(SiteRule {
        hosts: hosts.into_iter().collect::<Option<_>>()?,
        paths: paths.into_iter().collect::<Option<_>>()?,
        methods: raw.methods,
        access: access?,
    })
}

fn host(
    key: &str,
    at: usize,
    text: &str,
    settings: &RuleSettings<'_>,
    validator: &mut Validator<'_>,
) -> Option<HostPattern> {
    let key = format!("{key}.hosts");
    match HostPattern::parse(text, settings.default_port) {
        Ok(pattern) => {
            reachable(&key, at, &pattern, settings, validator);
            Some(pattern)
        }
        Err(bad) => {
            let remedy = match bad {
                BadHostPattern::Malformed => "write a host, as \"wiki.example.com\" or \"*.intern.example.com\"",
                BadHostPattern::PartOfLabel => "write `*` for a whole label, as \"*.example.com\"",
            };
            validator.reject_item(&key, at, format!("{} {bad}", quoted(text)), remedy);
            None
        }
    }
}

/// A browser sends the session cookie to the host of `server.public_url` only, or to a domain and the hosts below it.
fn reachable(key: &str, at: usize, pattern: &HostPattern, settings: &RuleSettings<'_>, validator: &mut Validator<'_>) {
    let (Some(public_url), Some(sessions)) = (settings.context.public_url, settings.context.sessions) else { return };
    let authority = public_url.origin().split_once("://").map_or("", |(_, authority)| authority);
    let Some(own) = SiteHost::parse(authority, settings.default_port) else { return };
    let what = format!("the session cookie does not reach {}", quoted(pattern.as_str()));
    match &sessions.cookie.domain {
        Some(domain) if pattern.is_within(domain) || pattern.is_only(domain) => {}
        Some(domain) => {
            let remedy = format!(
                "write hosts of {domain}, which is sessions.cookie.domain; sites of other domains need a gateway of their own"
            );
            validator.reject_item(key, at, what, remedy);
        }
        None if pattern.is_only(own.name()) => {}
        None => {
            let remedy = format!(
                "write sessions.cookie.domain, a domain of both this host and {}; sites of other domains need a gateway of \
                 their own",
                own.name()
            );
            validator.reject_item(key, at, what, remedy);
        }
    }
}

fn path(key: &str, at: usize, text: &str, ignore_case: bool, validator: &mut Validator<'_>) -> Option<PathPattern> {
    let bad = match PathPattern::parse(text, ignore_case) {
        Ok(pattern) => return Some(pattern),
        Err(bad) => bad,
    };
    let remedy = match bad {
        BadPathPattern::NeverMatches(_) => {
            "write a decoded path that begins with /, as \"/admin/**\"; docs/sites.md says which paths are refused"
        }
        BadPathPattern::PartOfSegment => "write `**` as a whole segment, as \"/admin/**\"",
        BadPathPattern::Query => "write the path only: rules do not look at the query",
        BadPathPattern::TooLong => "write fewer segments",
    };
    validator.reject_item(&format!("{key}.paths"), at, format!("{} {bad}", quoted(text)), remedy);
    None
}

/// The access with the scopes of the rule. Those that no token can have are rejected.
fn with_scopes(
    key: &str,
    scopes: Vec<String>,
    access: SiteAccess,
    known: &[String],
    validator: &mut Validator<'_>,
) -> Option<SiteAccess> {
    for (at, scope) in scopes.iter().enumerate().filter(|(_, scope)| !known.contains(scope)) {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let likely = suggest_word(scope, &names).map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default();
        let remedy = format!("write a scope of OpenID Connect or one of resources.<id>.scopes, or remove it{likely}");
        validator.reject_item(key, at, format!("no access token for a site has the scope {}", quoted(scope)), remedy);
    }
    match access {
        SiteAccess::SignedIn(conditions) => Some(SiteAccess::SignedIn(SiteConditions { scopes, ..conditions })),
        decided if scopes.is_empty() => Some(decided),
        SiteAccess::Deny | SiteAccess::Anyone => {
            let what = "has no effect beside anyone = true or deny = true";
            validator.reject(key, what, "remove it, or write conditions on people in allow");
            None
        }
    }
}

/// Methods are case-sensitive (RFC 9110 §9.1), and those in use are in upper case.
fn method(key: &str, at: usize, text: &str, validator: &mut Validator<'_>) {
    let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || b"-_".contains(&byte));
    if !is_token {
        let upper = text.to_ascii_uppercase();
        let good = upper.bytes().all(|byte| byte.is_ascii_uppercase() || b"-_".contains(&byte)) && !upper.is_empty();
        let remedy = if good { format!("write \"{upper}\"") } else { "write a method, as \"GET\"".to_owned() };
        validator.reject_item(key, at, format!("{} can never match", quoted(text)), remedy);
    }
}

/// Validates who may pass: the vocabulary of `allow` of rules and of resources.
pub(crate) fn access(
    key: &str,
    raw: RawSiteAllow,
    providers: &[String],
    validator: &mut Validator<'_>,
) -> Option<SiteAccess> {
    let has_conditions = !raw.email_domains.is_empty()
        || !raw.groups.is_empty()
        || !raw.claims.is_empty()
        || !raw.providers.is_empty()
        || !raw.max_age.is_empty()
        || !raw.aal.is_empty();
    let word = if raw.deny { "deny" } else { "anyone" };
    if (raw.deny && raw.anyone) || ((raw.deny || raw.anyone) && has_conditions) {
        let what = format!("has {word} = true beside other conditions, which would have no effect");
        validator.reject(key, what, format!("keep {word} = true alone, or remove it"));
        return None;
    }
    if raw.deny {
        return Some(SiteAccess::Deny);
    }
    if raw.anyone {
        return Some(SiteAccess::Anyone);
    }
    for (at, id) in raw.providers.iter().enumerate().filter(|(_, id)| !providers.contains(id)) {
        let names: Vec<&str> = providers.iter().map(String::as_str).collect();
        let likely = suggest_word(id, &names).map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default();
        let remedy = format!("write the id of a [providers.<id>] section, or remove it{likely}");
        let what = format!("there is no provider {}", quoted(id));
        validator.reject_item(&format!("{key}.providers"), at, what, remedy);
    }
    let max_age = match raw.max_age.as_str() {
        "" => Some(None),
        text => max_age(&format!("{key}.max_age"), text, validator).map(Some),
    };
    let aal = aal(&format!("{key}.aal"), &raw.aal, validator);
    let allow = RawAllow { email_domains: raw.email_domains, groups: raw.groups, claims: raw.claims };
    let allow = allow::conditions(key, allow, validator);
    Some(SiteAccess::SignedIn(SiteConditions {
        allow: allow?,
        providers: raw.providers,
        max_age: max_age?,
        aal: aal.ok()?,
        scopes: Vec::new(),
    }))
}

/// The level, if there is one. Fails for a text that is none; that is reported.
fn aal(key: &str, text: &str, validator: &mut Validator<'_>) -> Result<Option<Aal>, ()> {
    match text {
        "" => Ok(None),
        "aal1" => Ok(Some(Aal::Aal1)),
        "aal2" => Ok(Some(Aal::Aal2)),
        "aal3" => Ok(Some(Aal::Aal3)),
        other => {
            let what = format!("{} is not one of the known values", quoted(other));
            validator.reject(key, what, "write one of \"aal1\", \"aal2\", \"aal3\"");
            Err(())
        }
    }
}

/// The local rules do not look into the tables of a list, so the bounds are checked here.
fn max_age(key: &str, text: &str, validator: &mut Validator<'_>) -> Option<Duration> {
    let read = duration::parse(text).map_err(|bad| format!("{} {bad}", quoted(text)));
    let remedy = "write a whole number with its unit (ms, s, m, h, d), from \"1s\" to \"365d\"";
    let age = validator.accept(key, read, remedy)?;
    let is_within = (Duration::from_secs(1)..=Duration::from_secs(365 * 24 * 60 * 60)).contains(&age);
    if is_within {
        return Some(age);
    }
    validator.reject(key, format!("{} is too short or too long", quoted(text)), remedy);
    None
}
