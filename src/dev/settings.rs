//! The keys that `vestibule dev` overrides in the configuration: addresses, and the secrets of this run.

use std::ffi::OsString;

use super::plan::{PROVIDER, Plan};
use crate::base::secret::Plain;

/// The gateway's `client_id` at the pretend provider.
pub(super) const CLIENT_ID: &str = "vestibule";

/// Environment variables that override the configuration file. The variables of the `*_file` keys are empty, because a key
/// and its `*_file` form must not both be set.
pub(super) fn variables(
    plan: &Plan,
    database_url: &str,
    ring_key: &Plain,
    client_secret: &Plain,
) -> Vec<(OsString, OsString)> {
    let issuer = plan.provider_url();
    let provider = format!("PROVIDERS__{}", PROVIDER.to_uppercase());
    let of_provider = |key: &str| format!("{provider}__{key}");
    let pairs = [
        ("SERVER__PUBLIC_URL".into(), plan.public_url()),
        ("SERVER__LISTEN".into(), plan.gateway().to_string()),
        ("SERVER__ADMIN_LISTEN".into(), plan.admin().to_string()),
        ("SERVER__SHUTDOWN_GRACE".into(), "1s".into()),
        // The proxy of the guarded site.
        ("SERVER__TRUSTED_PROXIES".into(), "127.0.0.1/32".into()),
        ("DATABASE__URL".into(), database_url.into()),
        ("DATABASE__URL_FILE".into(), String::new()),
        ("SECRETS__KEYS".into(), ring_key.expose().into()),
        ("SECRETS__KEYS_FILE".into(), String::new()),
        ("LOGIN__ALLOWED_ORIGINS".into(), plan.frontend_origin()),
        ("LOGIN__RETURN_TO".into(), format!("{},{}/**", plan.frontend_origin(), plan.site_url())),
        ("LIMITS__LOGINS_PER_MINUTE".into(), "10000".into()),
        ("LIMITS__TOKENS_PER_MINUTE".into(), "10000".into()),
        (of_provider("NAME"), "Pretend provider".into()),
        (of_provider("ISSUER"), issuer),
        (of_provider("CLIENT_ID"), CLIENT_ID.into()),
        (of_provider("CLIENT_SECRET"), client_secret.expose().into()),
        (of_provider("CLIENT_SECRET_FILE"), String::new()),
        (of_provider("REDIRECT_URI"), plan.redirect_uri()),
        (of_provider("TIMEOUT"), "2s".into()),
    ];
    pairs.into_iter().map(|(key, value): (String, String)| (format!("VESTIBULE__{key}").into(), value.into())).collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::path::PathBuf;

    use super::*;
    use crate::base::seal;
    use crate::config;

    #[test]
    fn the_variables_override_the_example_and_suffice_without_a_file() {
        let frontend = Some("http://localhost:5173/login/done".parse().expect("a URL"));
        let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/vestibule.toml");
        let plan = Plan { port: 9080, listen: Ipv4Addr::UNSPECIFIED.into(), keep: false, frontend, files: Vec::new() };
        let odd = "postgres:///x?host=/tmp/\"odd\\path";
        let (key, secret) = (seal::generate_key(), Plain::new("secret"));
        for files in [vec![example], Vec::new()] {
            let loaded = config::load_with(&files, variables(&plan, odd, &key, &secret));
            let config = loaded.unwrap_or_else(|problems| panic!("{problems}")).into_config();
            assert_eq!(config.database.access().url.expose(), odd);
            assert_eq!(config.server.admin_listen.to_string(), "127.0.0.1:9081");
            assert_eq!(config.server.listen.to_string(), "0.0.0.0:9080");
            assert_eq!(config.server.public_url.issuer(), "http://127.0.0.1:9080");
            assert_eq!(config.login.allowed_origins, ["http://localhost:5173"]);
            let deep = "http://127.0.0.1:9084/x?y";
            assert_eq!(config.login.return_to.check(deep).as_deref(), Some(deep));
            let [pretend] = config.providers.as_slice() else { panic!("one provider") };
            let redirect_uri = pretend.registration().redirect_uri.as_ref().map(url::Url::as_str);
            assert_eq!(
                (pretend.registration().id.as_str(), redirect_uri),
                ("pretend", Some("http://localhost:5173/login/done"))
            );
        }
    }
}
