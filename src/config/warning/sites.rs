//! Warnings about domains under which others can register names, and about origins of one site.

use url::{Host, Url};

use super::collect::Warner;
use crate::config::configuration::Config;
use crate::config::layer::validator::quoted;
use crate::config::section::session_cookie::SameSite;
use crate::config::value::public_url::is_loopback;
use crate::config::value::redirect_uri::RedirectUri;

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    for (item, pattern) in warner.texts("login.return_to").iter().enumerate() {
        return_to(&format!("login.return_to[{item}]"), pattern, warner);
    }
    if let Some(domain) = config.sessions.cookie.domain.as_deref().filter(|domain| is_public_suffix(domain)) {
        let what =
            format!("{} is a public suffix, so browsers refuse the cookie and nobody can sign in", quoted(domain));
        warner.warn("sessions.cookie.domain", what, "write your own domain below it, or remove the key");
    }
    binding(config, warner);
    strict(config, warner);
}

/// With a session cookie that is `Strict`, each navigation from another site costs one page more, and scripts of other sites
/// cannot use the session.
fn strict(config: &Config, warner: &mut Warner<'_>) {
    if config.sessions.cookie.same_site != SameSite::Strict {
        return;
    }
    let redirect_uris = config.clients.iter().flat_map(|client| &client.redirect_uris);
    let mut origins = redirect_uris.filter_map(RedirectUri::origin).chain(config.login.allowed_origins.iter().cloned());
    let own = site(config.server.public_url.origin());
    if let Some(other) = origins.find(|origin| site(origin) != own) {
        let what = format!(
            "is \"Strict\", and {other} is of another site: each navigation from there gets one page more before the \
             browser sends the session cookie, and scripts there cannot use the session"
        );
        let remedy = "write \"Lax\", unless no request from another site may carry the session";
        warner.warn("sessions.cookie.same_site", what, remedy);
    }
}

fn return_to(key: &str, pattern: &str, warner: &mut Warner<'_>) {
    let Some((scheme, rest)) = pattern.split_once("://") else { return };
    let authority = rest.split('/').next().unwrap_or_default();
    // The URL library rejects `*` in hosts; a letter in its place keeps the labels.
    let url = Url::parse(&format!("{scheme}://{}/", authority.replace('*', "w")));
    if scheme == "http" && !url.is_ok_and(|url| is_loopback(&url)) {
        let what = format!("{} is http, so an attacker on the network can read and change that page", quoted(pattern));
        warner.warn(key, what, "write https://");
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_ascii_lowercase();
    let fixed = host.rsplit_once('*').and_then(|(_, behind)| behind.split_once('.')).map(|(_, fixed)| fixed);
    if let Some(suffix) = fixed.filter(|fixed| is_public_suffix(fixed)) {
        let what = format!("{} matches the sites of everybody who has a name under {suffix}", quoted(pattern));
        warner.warn(key, what, "write your own domain to the right of the `*`");
    }
}

/// The browser sends the binding cookie only if all frontends are of the gateway's own site. Then it can be required.
fn binding(config: &Config, warner: &mut Warner<'_>) {
    let (login, own) = (&config.login, config.server.public_url.origin());
    if login.require_binding || login.allowed_origins.is_empty() {
        return;
    }
    if login.allowed_origins.iter().all(|origin| site(origin) == site(own)) {
        let what = "is off, although every origin in login.allowed_origins is of the site of server.public_url, whose browsers \
                    send the binding cookie";
        warner.warn("login.require_binding", what, "write true, and credentials: 'include' in the frontends");
    }
}

/// The site of an origin: scheme and registrable domain (HTML standard, "schemelessly same site").
fn site(origin: &str) -> Option<(String, String)> {
    let url = Url::parse(origin).ok()?;
    let host = match url.host()? {
        Host::Domain(domain) => psl::domain_str(domain).unwrap_or(domain).to_owned(),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => ip.to_string(),
    };
    Some((url.scheme().to_owned(), host))
}

/// Whether anybody can register names directly under this domain, by the Public Suffix List.
fn is_public_suffix(domain: &str) -> bool {
    let suffix = psl::suffix(domain.as_bytes());
    suffix.is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == domain.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_suffixes_are_known_also_private_ones() {
        for suffix in ["com", "co.uk", "github.io", "vercel.app", "s3.amazonaws.com"] {
            assert!(is_public_suffix(suffix), "{suffix}");
        }
        for own in ["example.com", "example.co.uk", "a.github.io", "intern", "cluster.local", "10.in-addr.example"] {
            assert!(!is_public_suffix(own), "{own}");
        }
    }

    #[test]
    fn a_site_is_scheme_and_registrable_domain() {
        let same = |a: &str, b: &str| site(a) == site(b);
        assert!(same("https://login.example.co.uk", "https://app.example.co.uk:8443"));
        assert!(same("http://localhost:3000", "http://localhost:8080"));
        assert!(!same("https://login.example.com", "http://app.example.com"));
        assert!(!same("https://a.github.io", "https://b.github.io"));
        assert!(!same("http://127.0.0.1:1", "http://127.0.0.2:1"));
    }
}
