//! The rules for a `client_id` that is a URL (draft 03 §3).

use url::{Host, Url};

use crate::config::{ClientsByUrl, is_loopback};

/// The longest accepted URL, in bytes. It is in every token and every session of the client.
const MAX_BYTES: usize = 512;

/// The URL, where the text is one that identifies a client here: https, with a path, without a fragment and credentials, of a host
/// name that the operator allows, and written as browsers write it, so that one document has one id.
pub(super) fn parse(text: &str, settings: &ClientsByUrl) -> Option<Url> {
    if text.len() > MAX_BYTES || !(text.starts_with("https://") || text.starts_with("http://")) {
        return None;
    }
    // Another spelling of the same URL, as with a dot segment, a default port or an upper-case host, differs from the parsed one.
    let url = Url::parse(text).ok().filter(|url| url.as_str() == text)?;
    let is_own_device = settings.allows_loopback && is_loopback(&url);
    let is_name = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.') && !name.ends_with('.'));
    let is_good = (url.scheme() == "https" && is_name && !is_loopback(&url) || is_own_device)
        && url.path() != "/"
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && settings.allows(&url);
    is_good.then_some(url)
}

/// Host and port of such a URL.
pub fn host_of(id: &str) -> &str {
    let rest = id.split_once("://").map_or(id, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::by_url::document::tests::settings;

    #[test]
    fn a_client_id_is_an_https_url_of_a_name_with_a_path() {
        let any = settings(&[], false);
        for good in [
            "https://app.example/client.json",
            "https://app.example:8443/client",
            "https://a.b.app.example/oauth/metadata?v=1",
            "https://xn--bcher-kva.example/c",
        ] {
            assert!(parse(good, &any).is_some(), "{good}");
        }
        for bad in [
            "http://app.example/client.json",
            "https://app.example",
            "https://app.example/",
            "https://app.example/?c",
            "https://app.example/c#f",
            "https://app.example/c#",
            "https://me@app.example/c",
            "https://me:x@app.example/c",
            "https://@app.example/c",
            "https://app.example/a/../c",
            "https://app.example/./c",
            "https://app.example/a/%2e%2e/c",
            "https://APP.example/c",
            "HTTPS://app.example/c",
            "https://app.example:443/c",
            "https://app.example:/c",
            "https://b\u{fc}cher.example/c",
            "https://app.example/a b",
            "https://app.example\\c",
            " https://app.example/c",
            "https://app.example/c\n",
            "https://app.example./c",
            "https://localhost/c",
            "https://app.localhost/c",
            "https://intranet/c",
            "https://127.0.0.1/c",
            "https://[::1]/c",
            "https://8.8.8.8/c",
            "https://0x7f.1/c",
            "https:///c",
            "https:app.example/c",
            "ftp://app.example/c",
            "urn:app",
            "app",
            "",
        ] {
            assert!(parse(bad, &any).is_none(), "{bad}");
        }
        let long = format!("https://app.example/{}", "x".repeat(MAX_BYTES));
        assert!(parse(&long, &any).is_none());
    }

    #[test]
    fn hosts_are_those_of_the_operator() {
        let listed = settings(&["app.example", "*.agents.example"], false);
        for good in ["https://app.example/c", "https://a.agents.example/c", "https://a.b.agents.example/c"] {
            assert!(parse(good, &listed).is_some(), "{good}");
        }
        for bad in [
            "https://evil.example/c",
            "https://app.example.evil.example/c",
            "https://xapp.example/c",
            "https://sub.app.example/c",
            "https://agents.example/c",
            "https://evilagents.example/c",
            "https://app.example:8443/c",
            "https://a.agents.example:444/c",
        ] {
            assert!(parse(bad, &listed).is_none(), "{bad}");
        }
        let with_port = settings(&["app.example:8443"], false);
        assert!(parse("https://app.example:8443/c", &with_port).is_some());
        for bad in ["https://app.example/c", "https://app.example:8444/c", "https://x.app.example:8443/c"] {
            assert!(parse(bad, &with_port).is_none(), "{bad}");
        }
    }

    #[test]
    fn loopback_is_for_development() {
        let development = settings(&[], true);
        for url in ["http://127.0.0.1:4711/c", "http://localhost:4711/c", "https://localhost:1/c", "http://[::1]:1/c"] {
            assert!(parse(url, &development).is_some(), "{url}");
            assert!(parse(url, &settings(&[], false)).is_none(), "{url}");
        }
        for url in ["http://app.example/c", "http://10.0.0.1/c", "https://192.168.0.1/c", "http://127.0.0.1:4711/"] {
            assert!(parse(url, &development).is_none(), "{url}");
        }
    }

    #[test]
    fn the_host_is_read_from_the_id() {
        for (id, host) in [
            ("https://app.example/client.json", "app.example"),
            ("https://app.example:8443/c?d=/e", "app.example:8443"),
            ("http://[::1]:1/c", "[::1]:1"),
        ] {
            assert_eq!(host_of(id), host);
        }
    }
}
