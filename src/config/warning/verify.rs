//! Warnings about rules for sites that no request or no login can meet, and about conditions that admit more users than
//! they seem to.

use super::collect::Warner;
use crate::config::configuration::Config;
use crate::config::layer::validator::quoted;
use crate::config::section::allow::Allow;
use crate::config::section::verify::model::{SiteAccess, SiteConditions, SiteRule};
use crate::config::value::site_host::HostPattern;

/// The scopes of a session of the browser flow or the SPA flow.
const OF_COOKIE: [&str; 3] = ["openid", "profile", "email"];

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    let rules = &config.verify.rules;
    if !rules.is_empty() && config.server.trusted_proxies.is_empty() {
        let what = "deny every request, since host and path count from a trusted proxy only";
        warner.warn("verify.rules", what, "write the address of the proxy in server.trusted_proxies");
    }
    warn_of_other_providers(config, warner);
    warn_of_open_paths(rules, warner);
    warn_of_scopes(config, warner);
    let listed = warner.texts("login.return_to");
    let scheme = if config.server.public_url.is_https() { "https" } else { "http" };
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| matches!(rule.access, SiteAccess::SignedIn(_))) {
        for (item, host) in rule.hosts.iter().map(HostPattern::as_str).enumerate() {
            let address = format!("{scheme}://{host}");
            let is_allowed = config.login.return_to.check(&format!("{address}/")).is_some();
            // An entry with a path allows a part of the site.
            let is_named = listed.iter().any(|entry| entry.contains(host));
            if !is_allowed && !is_named && !host.contains('*') {
                let what = format!("a login cannot return to {}, which is not in login.return_to", quoted(host));
                let remedy = format!("write \"{address}\" in login.return_to");
                warner.warn(&format!("verify.rules[{at}].hosts[{item}]"), what, remedy);
            }
        }
    }
}

/// Groups, addresses and claims are statements of the provider of a login: another provider may state the same of
/// another person.
fn warn_of_other_providers(config: &Config, warner: &mut Warner<'_>) {
    if config.providers.len() < 2 {
        return;
    }
    for (at, rule) in config.verify.rules.iter().enumerate() {
        if let SiteAccess::SignedIn(SiteConditions { allow, providers, .. }) = &rule.access {
            warn_without_providers(&format!("verify.rules[{at}].allow"), allow, providers, "", warner);
        }
    }
    for resource in &config.resources {
        let SiteConditions { allow, providers, .. } = &resource.conditions;
        warn_without_providers(&format!("resources.{}.allow", resource.id), allow, providers, "", warner);
    }
    for client in &config.clients {
        let (key, place) = (format!("clients.{}.allow", client.id), format!(" in [clients.{}]", client.id));
        warn_without_providers(&key, &client.allow, &client.providers, &place, warner);
    }
}

/// Warns of conditions that every provider can meet. `place`: the key with the list of providers, if it is not in the
/// same table.
fn warn_without_providers(key: &str, allow: &Allow, providers: &[String], place: &str, warner: &mut Warner<'_>) {
    let names = [
        ("groups", allow.groups.is_empty()),
        ("email_domains", allow.email_domains.is_empty()),
        ("claims", allow.claims.is_empty()),
    ];
    let set: Vec<&str> = names.iter().filter(|(_, is_empty)| !is_empty).map(|(name, _)| *name).collect();
    if providers.is_empty() && !set.is_empty() {
        let what = format!("has {} without providers, so any provider of a login can state them", set.join(", "));
        warner.warn(key, what, format!("write the providers that may, as providers = [\"corp\"]{place}"));
    }
}

/// Scopes that nothing has together: neither a session cookie, nor a token for one of the resources.
fn warn_of_scopes(config: &Config, warner: &mut Warner<'_>) {
    let of_resource = |id: &String, scopes: &[String]| -> Vec<String> {
        let resource = config.resource(id);
        scopes.iter().filter(|scope| resource.is_some_and(|resource| resource.takes_scope(scope))).cloned().collect()
    };
    let clients = config.clients.iter().map(|client| (&client.resources, &client.scopes));
    let by_url = config.clients_by_url.iter().map(|clients| (&clients.resources, &clients.scopes));
    let tokens = clients.chain(by_url).flat_map(|(ids, scopes)| ids.iter().map(move |id| of_resource(id, scopes)));
    let holders: Vec<Vec<String>> = std::iter::once(OF_COOKIE.map(String::from).to_vec()).chain(tokens).collect();
    for (at, rule) in config.verify.rules.iter().enumerate() {
        let SiteAccess::SignedIn(SiteConditions { scopes, .. }) = &rule.access else { continue };
        if holders.iter().any(|holder| scopes.iter().all(|scope| holder.contains(scope))) {
            continue;
        }
        let what = format!(
            "let nobody pass: a session cookie has {}, and no client may get a token with {} for a resource",
            OF_COOKIE.join(", "),
            scopes.join(", ")
        );
        let remedy = if scopes.iter().any(|scope| scope == "groups") {
            "for the groups of a person write allow = { groups = [\"…\"] }; for tokens write the scopes and the resource in a \
             client (clients.<id>.scopes, clients.<id>.resources)"
        } else {
            "write the scopes and the resource in a client (clients.<id>.scopes, clients.<id>.resources), or remove them"
        };
        warner.warn(&format!("verify.rules[{at}].scopes"), what, remedy);
    }
}

/// A page for everyone behind a restriction of some of its paths: what the site reads as one of them and the gateway does not,
/// as `/ADMIN` or `/admin.json`, is open.
fn warn_of_open_paths(rules: &[SiteRule], warner: &mut Warner<'_>) {
    for (at, open) in rules.iter().enumerate().filter(|(_, rule)| matches!(rule.access, SiteAccess::Anyone)) {
        let is_narrower = |earlier: &SiteRule| {
            !matches!(earlier.access, SiteAccess::Anyone)
                && !earlier.paths.is_empty()
                && (open.paths.is_empty()
                    || earlier.paths.iter().any(|path| open.paths.iter().any(|wide| wide.includes(path))))
                && shares_hosts(earlier, open)
        };
        if let Some(earlier) = rules.iter().take(at).position(is_narrower) {
            let what = format!(
                "is open to everyone where the site reads a path as one of verify.rules[{earlier}] and the rule does not match it, \
                 as /ADMIN or /admin.json for /admin/**"
            );
            warner.warn(
                &format!("verify.rules[{at}].allow.anyone"),
                what,
                "restrict the host, and list the paths that are open",
            );
        }
    }
}

fn shares_hosts(one: &SiteRule, other: &SiteRule) -> bool {
    let meets =
        |pattern: &HostPattern| other.hosts.iter().any(|second| pattern.includes(second) || second.includes(pattern));
    one.hosts.is_empty() || other.hosts.is_empty() || one.hosts.iter().any(meets)
}
