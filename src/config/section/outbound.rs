//! `[outbound]`: the proxy of requests to providers and apps.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::proxies::{DirectHost, Proxies};
use crate::config::layer::validator::Validator;
use crate::config::value::local::{Given, ParsedList};
use crate::config::value::outbound_proxy::{AllowedHost, ENVIRONMENT, OutboundProxy, proxy_url};

/// The proxy of requests to providers and apps.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outbound {
    /// proxy for requests to providers and apps, for example `http://proxy.example.com:3128`; `env`: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; empty: none, whatever the environment has
    #[serde(with = "Given::<OutboundProxy>")]
    proxy: Option<OutboundProxy>,
    /// hosts that are reached directly, with their subdomains; addresses and CIDRs too
    #[serde(with = "ParsedList::<DirectHost>")]
    no_proxy: Vec<DirectHost>,
    /// with a proxy: hosts besides a provider's own that its metadata may name, as addresses cannot be checked then; `*.` at the beginning stands for subdomains
    #[serde(with = "ParsedList::<AllowedHost>")]
    allow_hosts: Vec<AllowedHost>,
}

/// The proxies that the section means: its own, or those of the environment.
pub(crate) fn proxies(outbound: Outbound, validator: &mut Validator<'_>) -> Proxies {
    let allowed = outbound.allow_hosts.into_iter().map(|AllowedHost(host)| host).collect();
    let none = Proxies { http: None, https: None, direct: outbound.no_proxy, allowed };
    match outbound.proxy {
        None => Proxies::default(),
        Some(OutboundProxy::Environment) => from_environment(none, &variable, validator),
        Some(OutboundProxy::At(url)) => Proxies { http: Some(url.clone()), https: Some(url), ..none },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "these variables are no layer of the configuration, but a value of this key"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The proxies of the environment. The lower-case names go first, as in curl; `HTTP_PROXY` in upper case is not a
/// header of a CGI request here.
fn from_environment(
    proxies: Proxies,
    variable: &dyn Fn(&str) -> Option<String>,
    validator: &mut Validator<'_>,
) -> Proxies {
    let find = |names: &[&str]| names.iter().find_map(|name| variable(name)).filter(|text| !text.is_empty());
    let mut read = |names: &[&str]| {
        let text = find(names)?;
        let url = proxy_url(&text).or_else(|| proxy_url(&format!("http://{text}")));
        // The text may have credentials, so it is not shown.
        let what = format!("is \"{ENVIRONMENT}\", and {} is not the URL of a proxy", names.join(" or "));
        validator.accept("outbound.proxy", url.ok_or(what), "correct the variable, or write the URL here")
    };
    let (https, http) = (read(&["https_proxy", "HTTPS_PROXY"]), read(&["http_proxy", "HTTP_PROXY"]));
    let listed = find(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    // Entries that are not a host, for example with a port, are ignored, as other programs do.
    let mut direct = proxies.direct;
    direct.extend(listed.split(',').filter_map(|text| DirectHost::parse(text.trim())));
    Proxies { http, https, direct, ..proxies }
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
            let reported = config(lines).err().expect(lines);
            assert!(reported.starts_with(key) && !reported.contains("hunter2"), "{lines}: {reported}");
        }
    }
}
