//! The gateway's configuration for a run of `vestibule dev`, written as an operator would write it.

use toml_edit::Value;

use super::plan::{PROVIDER, Plan};
use crate::base::secret::Plain;

/// The gateway's name at the pretend provider.
pub(super) const CLIENT_ID: &str = "vestibule";

/// The configuration as TOML, with the secrets of this run in it.
pub(super) fn settings(plan: &Plan, database_url: &str, ring_key: &Plain, client_secret: &Plain) -> Plain {
    let text = |text: &str| Value::from(text).to_string();
    let (public_url, listen) = (text(&plan.public_url()), text(&plan.gateway().to_string()));
    let (admin_listen, url) = (text(&plan.admin().to_string()), text(database_url));
    let (key, secret) = (text(ring_key.expose()), text(client_secret.expose()));
    let (origin, redirect_uri) = (text(&plan.frontend_origin()), text(&plan.redirect_uri()));
    let issuer = text(&format!("http://{}", plan.provider()));
    Plain::new(format!(
        r#"
[server]
public_url = {public_url}
listen = {listen}
admin_listen = {admin_listen}
shutdown_grace = "1s"

[database]
url = {url}

[secrets]
keys = [{key}]

[login]
allowed_origins = [{origin}]
return_to = [{origin}]

[limits]
logins_per_minute = 10000
tokens_per_minute = 10000

[providers.{PROVIDER}]
kind = "oidc"
name = "Pretend provider"
issuer = {issuer}
client_id = "{CLIENT_ID}"
client_secret = {secret}
redirect_uri = {redirect_uri}
timeout = "2s"
"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_toml_whatever_stands_in_it() {
        let frontend = Some("http://localhost:5173/login/done".parse().expect("a URL"));
        let plan = Plan { port: 9080, keep: false, frontend };
        let odd = "postgres:///x?host=/tmp/\"odd\\path\n";
        let written = settings(&plan, odd, &Plain::new("key"), &Plain::new("secret"));
        let read: toml_edit::DocumentMut = written.expose().parse().expect("TOML");
        assert_eq!(read["database"]["url"].as_str(), Some(odd));
        assert_eq!(read["server"]["admin_listen"].as_str(), Some("127.0.0.1:9081"));
        assert_eq!(read["providers"]["pretend"]["issuer"].as_str(), Some("http://127.0.0.1:9082"));
        assert_eq!(read["providers"]["pretend"]["redirect_uri"].as_str(), Some("http://localhost:5173/login/done"));
        assert_eq!(read["login"]["allowed_origins"][0].as_str(), Some("http://localhost:5173"));
    }
}
