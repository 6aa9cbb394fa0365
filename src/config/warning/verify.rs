//! Rules for sites that no request, or no login, can meet.

use super::collect::Warner;
use crate::config::configuration::Config;
use crate::config::layer::validator::quoted;
use crate::config::section::verify::model::SiteAccess;
use crate::config::value::site_host::HostPattern;

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    let rules = &config.verify.rules;
    if !rules.is_empty() && config.server.trusted_proxies.is_empty() {
        let what = "deny every request, since host and path count from a trusted proxy only";
        warner.warn("verify.rules", what, "write the address of the proxy in server.trusted_proxies");
    }
    let listed = warner.texts("login.return_to");
    let scheme = if config.server.public_url.is_https() { "https" } else { "http" };
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| matches!(rule.access, SiteAccess::SignedIn(_))) {
        for (item, host) in rule.hosts.iter().map(HostPattern::as_str).enumerate() {
            let address = format!("{scheme}://{host}");
            let is_allowed = config.login.return_to.check(&format!("{address}/")).is_some();
            // An entry with a path allows a part of the site.
            let is_named = listed.iter().any(|entry| entry.contains(host));
            if !is_allowed && !is_named && !host.contains('*') {
                let what = format!("a login cannot lead back to {}, which is not in login.return_to", quoted(host));
                let remedy = format!("write \"{address}\" in login.return_to");
                warner.warn(&format!("verify.rules[{at}].hosts[{item}]"), what, remedy);
            }
        }
    }
}
