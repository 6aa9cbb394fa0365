//! Finds the rule for a request: the first of `[[verify.rules]]` that is about its host, path and method.

use crate::config::{PathRefused, SiteHost, SitePath, SiteRule, Verify};

/// The request to the site, as far as the proxy reported it.
pub struct Asked<'a> {
    /// The host of the site, as the proxy reports it.
    pub host: Option<&'a SiteHost>,
    /// The URI in origin form: path and query.
    pub uri: Option<&'a [u8]>,
    /// The method of the request to the site.
    pub method: Option<&'a str>,
}

/// The outcome of the rules for a request.
#[derive(Debug)]
pub enum Ruling<'a> {
    /// There are no rules: every session passes. The path, if it is known, is one for every server.
    NoRules,
    /// This rule is about it, by its position from 0.
    Rule(usize, &'a SiteRule),
    /// No rule is about it, so it is denied.
    NoMatch,
    /// The path is refused, whatever the rules are.
    Refused(PathRefused),
    /// A rule names methods, and this one has a lower-case letter: sites that do not tell letter cases apart would take it for one
    /// that the rule names.
    MethodNotUpperCase,
    /// The host has a port that no rule names. The client may have chosen it.
    UnknownPort(u16),
    /// It cannot be judged, since the proxy did not report something.
    Unknown(Unknown),
}

/// The value that the proxy did not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The host, as `X-Forwarded-Host`.
    Host,
    /// The path, as `X-Forwarded-Uri`.
    Path,
    /// The method, as `X-Forwarded-Method`, which a rule needs.
    Method,
}

impl Unknown {
    /// The header that the proxy should send.
    pub fn header(self) -> &'static str {
        match self {
            Self::Host => "X-Forwarded-Host",
            Self::Path => "X-Forwarded-Uri",
            Self::Method => "X-Forwarded-Method",
        }
    }
}

/// Finds the rule for the request. A rule with methods cannot be passed over if the method is unknown, or not in upper case
/// (RFC 9110 §9.1: methods are case-sensitive, and those in use are in upper case).
pub fn rule<'a>(verify: &'a Verify, asked: &Asked<'_>) -> Ruling<'a> {
    let path = match asked.uri.map(|uri| SitePath::parse(uri, verify.ignore_case)) {
        // Also without rules: the proxy may ask with other conditions at some of its locations.
        Some(Err(refused)) => return Ruling::Refused(refused),
        Some(Ok(path)) => Some(path),
        None => None,
    };
    if verify.rules.is_empty() {
        return Ruling::NoRules;
    }
    let Some(host) = asked.host else { return Ruling::Unknown(Unknown::Host) };
    let Some(path) = path else { return Ruling::Unknown(Unknown::Path) };
    if let Some(port) = host.port().filter(|port| !verify.names_port(*port)) {
        return Ruling::UnknownPort(port);
    }
    for (at, rule) in verify.rules.iter().enumerate().filter(|(_, rule)| rule.is_about(host, &path)) {
        match asked.method {
            None if !rule.methods.is_empty() => return Ruling::Unknown(Unknown::Method),
            Some(method) if !rule.methods.is_empty() && has_lower_case(method) => return Ruling::MethodNotUpperCase,
            Some(method) if !rule.takes_method(method) => {}
            _ => return Ruling::Rule(at, rule),
        }
    }
    Ruling::NoMatch
}

fn has_lower_case(method: &str) -> bool {
    method.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests;
