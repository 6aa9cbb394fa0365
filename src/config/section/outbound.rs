//! `[outbound]`: the proxy of requests to providers and apps.

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::base::proxies::{DirectHost, Proxies};
use crate::config::layer::validator::{Validator, quoted};

/// The value of `outbound.proxy` that means the usual variables of the environment.
const ENVIRONMENT: &str = "env";

/// The proxy of requests to providers and apps.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawOutbound {
    /// proxy for requests to providers and apps, as `http://proxy.example.com:3128`; `env`: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; empty: none, whatever the environment has
    proxy: String,
    /// hosts that are reached directly, with their subdomains; addresses and CIDRs too
    no_proxy: Vec<String>,
    /// with a proxy: hosts besides a provider's own that its metadata may name, as addresses cannot be checked then; `*.` at the beginning stands for subdomains
    allow_hosts: Vec<String>,
}

pub(crate) fn validate(raw: RawOutbound, validator: &mut Validator<'_>) -> Option<Proxies> {
    let direct = raw.no_proxy.iter().enumerate().filter_map(|(item, text)| {
        let read = DirectHost::parse(text);
        if read.is_none() {
            let remedy = "write a host name, an address or a CIDR, without a scheme and a port";
            validator.reject_item("outbound.no_proxy", item, format!("{} is not a host", quoted(text)), remedy);
        }
        read
    });
    let direct: Vec<_> = direct.collect();
    for (item, text) in raw.allow_hosts.iter().enumerate() {
        if !matches!(DirectHost::parse(text), Some(DirectHost::Domain(_))) || text.starts_with('.') {
            let remedy = "write a host name, as \"keys.example.com\" or \"*.example.com\"";
            validator.reject_item("outbound.allow_hosts", item, format!("{} is not a host name", quoted(text)), remedy);
        }
    }
    let none = Proxies { http: None, https: None, direct, allowed: raw.allow_hosts };
    match raw.proxy.as_str() {
        "" => Some(Proxies::default()),
        ENVIRONMENT => Some(from_environment(none, &variable, validator)),
        text => {
            let url = proxy(text).filter(|url| url.username().is_empty() && url.password().is_none());
            let remedy = "write it as \"http://proxy.example.com:3128\"; one with credentials belongs into the variable \
                          HTTPS_PROXY, and \"env\" here";
            let url = validator.accept("outbound.proxy", url.ok_or("is not the URL of a proxy"), remedy)?;
            Some(Proxies { http: Some(url.clone()), https: Some(url), ..none })
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "these variables are no layer of the configuration, but a value of this key"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The proxies of the environment. The lower-case names go first, as in curl; `HTTP_PROXY` in upper case is no header of a CGI
/// request here.
fn from_environment(
    proxies: Proxies,
    variable: &dyn Fn(&str) -> Option<String>,
    validator: &mut Validator<'_>,
) -> Proxies {
    let find = |names: &[&str]| names.iter().find_map(|name| variable(name)).filter(|text| !text.is_empty());
    let mut read = |names: &[&str]| {
        let text = find(names)?;
        let url = proxy(&text).or_else(|| proxy(&format!("http://{text}")));
        // The text may have credentials, so it is not shown.
        let what = format!("is \"{ENVIRONMENT}\", and {} is not the URL of a proxy", names.join(" or "));
        validator.accept("outbound.proxy", url.ok_or(what), "correct the variable, or write the URL here")
    };
    let (https, http) = (read(&["https_proxy", "HTTPS_PROXY"]), read(&["http_proxy", "HTTP_PROXY"]));
    let listed = find(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    // Entries that are no host, as those with a port, are ignored, as other programs do.
    let mut direct = proxies.direct;
    direct.extend(listed.split(',').filter_map(|text| DirectHost::parse(text.trim())));
    Proxies { http, https, direct, ..proxies }
}

fn proxy(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.fragment().is_none() && url.query().is_none() && matches!(url.path(), "" | "/");
    (matches!(url.scheme(), "http" | "https") && url.host().is_some() && is_bare).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, from_toml};

    fn config(lines: &str) -> Result<Config, String> {
        let key = crate::base::seal::generate_key();
        let text = format!(
            "[database]\nurl = \"postgres://v@db/v\"\n[secrets]\nkeys = [\"{}\"]\n[outbound]\n{lines}\n",
            key.expose()
        );
        from_toml(&text).map_err(|problems| {
            let problems: Vec<_> =
                problems.iter().map(|problem| format!("{}: {}", problem.key, problem.what)).collect();
            problems.concat()
        })
    }

    #[test]
    fn a_proxy_is_used_for_both_schemes() {
        let read = config(
            "proxy = \"http://proxy.example:3128\"\nno_proxy = [\"10.0.0.0/8\"]\nallow_hosts = [\"*.a.example\"]",
        );
        let proxies = read.expect("good").outbound;
        assert!(proxies.http.is_some() && proxies.http == proxies.https);
        assert_eq!((proxies.direct.len(), proxies.allowed.as_slice()), (1, &["*.a.example".to_owned()][..]));
        assert_eq!(config("").expect("good").outbound, Proxies::default());
        for (lines, key) in [
            ("proxy = \"proxy.example:3128\"", "outbound.proxy"),
            ("proxy = \"socks5://proxy.example\"", "outbound.proxy"),
            ("proxy = \"http://user:hunter2@proxy.example\"", "outbound.proxy"),
            ("proxy = \"http://proxy.example/path\"", "outbound.proxy"),
            ("no_proxy = [\"https://a.example\"]", "outbound.no_proxy[0]"),
            ("no_proxy = [\"a.example\", \"a.example:443\"]", "outbound.no_proxy[1]"),
            ("allow_hosts = [\"*\"]", "outbound.allow_hosts[0]"),
            ("allow_hosts = [\"10.0.0.1\"]", "outbound.allow_hosts[0]"),
        ] {
            let told = config(lines).err().expect(lines);
            assert!(told.starts_with(key) && !told.contains("hunter2"), "{lines}: {told}");
        }
    }
}
