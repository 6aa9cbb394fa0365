//! Keys that have no effect for a provider's kind. They are rejected if the operator wrote them.

use super::choice::{ProviderKind, SignatureMethod, TokenEndpointAuthMethod};
use super::raw::RawProvider;
use crate::config::layer::validator::Validator;

/// Each kind with the keys that have no effect for it.
const UNUSED: [(ProviderKind, &[&str]); 3] = [
    (
        ProviderKind::Oidc,
        &[
            "profile_calls",
            "profile_pick",
            "request_token_endpoint",
            "access_token_endpoint",
            "signature_method",
            // Always the claim `sub` (OpenID Connect Core §2).
            "claims.sub",
        ],
    ),
    (
        ProviderKind::OAuth2,
        &[
            "tenants",
            "pushed_authorization",
            "userinfo",
            "signing_algorithms",
            "trusted_audiences",
            "jwks_uri",
            "discovery_url",
            "aal",
            // A request parameter such as `max_age` can be removed in the browser, and no response shows that.
            "insecure_assume_fresh_login",
            "request_token_endpoint",
            "access_token_endpoint",
            "signature_method",
        ],
    ),
    (
        ProviderKind::OAuth1,
        &[
            "issuer",
            "tenants",
            "aal",
            "recheck",
            "insecure_assume_fresh_login",
            "client_secret_previous",
            "token_endpoint_auth_method",
            "private_key_id",
            "certificate_file",
            "client_assertion_audience",
            "team_id",
            "scopes",
            "pkce",
            "response_mode",
            "pushed_authorization",
            "userinfo",
            "signing_algorithms",
            "trusted_audiences",
            "jwks_uri",
            "discovery_url",
            "token_endpoint",
            "revocation_endpoint",
        ],
    ),
];

/// Keys that only some authentication methods use, for `oidc` and `oauth2`.
const METHODS_BY_KEY: [(&str, &[TokenEndpointAuthMethod]); 4] = [
    ("certificate_file", &[TokenEndpointAuthMethod::PrivateKeyJwt]),
    ("private_key_id", &[TokenEndpointAuthMethod::PrivateKeyJwt, TokenEndpointAuthMethod::Apple]),
    ("client_assertion_audience", &[TokenEndpointAuthMethod::PrivateKeyJwt]),
    ("team_id", &[TokenEndpointAuthMethod::Apple]),
];

/// Rejects keys without effect that the operator wrote. Those that come from a preset are ignored.
pub(crate) fn validate(key: &dyn Fn(&str) -> String, raw: &RawProvider, validator: &mut Validator<'_>) {
    let keys = UNUSED.iter().filter(|(kind, _)| *kind == raw.kind).flat_map(|(_, keys)| *keys);
    for name in keys {
        if let Some(written) = validator.written(&key(name)) {
            let what = format!("is set, but has no effect where kind is \"{}\"", raw.kind.name());
            validator.reject(&written, what, format!("remove it; it is for kind {}", kinds_that_use(name)));
        }
    }
    for (name, methods) in METHODS_BY_KEY {
        let is_used = |method| methods.contains(&method);
        let may_sign = raw.registration.token_endpoint_auth_method == TokenEndpointAuthMethod::Auto
            && (validator.is_given(&key("private_key")) || validator.is_given(&key("private_key_file")));
        if raw.kind == ProviderKind::OAuth1
            || is_used(raw.registration.token_endpoint_auth_method)
            || (may_sign && is_used(TokenEndpointAuthMethod::PrivateKeyJwt))
        {
            continue;
        }
        if let Some(written) = validator.written(&key(name)) {
            let method = raw.registration.token_endpoint_auth_method.name();
            let what = format!("is set, but token_endpoint_auth_method \"{method}\" does not use it");
            let others: Vec<_> = methods.iter().map(|method| format!("\"{}\"", method.name())).collect();
            let remedy = format!("remove it, or set token_endpoint_auth_method to {}", others.join(" or "));
            validator.reject(&written, what, remedy);
        }
    }
    validate_oauth1(key, raw, validator);
}

fn validate_oauth1(key: &dyn Fn(&str) -> String, raw: &RawProvider, validator: &mut Validator<'_>) {
    if raw.kind != ProviderKind::OAuth1 {
        return;
    }
    if raw.signature_method == SignatureMethod::RsaSha1
        && let Some(written) = validator.written(&key("client_secret"))
    {
        let what = "is set, but signature_method \"RSA-SHA1\" uses the private key only";
        validator.reject(&written, what, "remove it, or set signature_method = \"HMAC-SHA1\"");
    }
    let is_reserved = |name: &&String| name.to_ascii_lowercase().starts_with("oauth_");
    for name in raw.registration.extra_params.iter().map(|(name, _)| name).filter(is_reserved) {
        // RFC 5849 §3.1
        let what = "is a parameter of OAuth 1.0a, which Vestibule sets itself";
        validator.reject(&key(&format!("extra_params.{name}")), what, "remove it");
    }
}

fn kinds_that_use(name: &str) -> String {
    let used = UNUSED.iter().filter(|(_, keys)| !keys.contains(&name));
    used.map(|(kind, _)| format!("\"{}\"", kind.name())).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::defaults;
    use crate::config::{from_toml, presets};

    /// The problems of a provider of this kind with all required keys and the lines in `more`: key, what, place and remedy.
    fn problems(kind: &str, more: &str) -> Vec<(String, String, String)> {
        let endpoints = "authorization_endpoint = \"https://a.example/a\"\nuserinfo_endpoint = \"https://a.example/u\"";
        let needed = match kind {
            "oidc" => "issuer = \"https://a.example\"".to_owned(),
            "oauth2" => format!("{endpoints}\ntoken_endpoint = \"https://a.example/t\""),
            _ => format!(
                "{endpoints}\nrequest_token_endpoint = \"https://a.example/r\"\naccess_token_endpoint = \"https://a.example/t\""
            ),
        };
        let lines = format!("kind = \"{kind}\"\nclient_id = \"v\"\nclient_secret = \"hunter2\"\n{needed}\n{more}\n");
        of_provider(&lines)
    }

    fn of_provider(lines: &str) -> Vec<(String, String, String)> {
        let key = crate::base::seal::generate_key();
        let text = format!(
            "[database]\nurl = \"postgres://v@db/v\"\n[secrets]\nkeys = [\"{}\"]\n[providers.x]\n{lines}",
            key.expose()
        );
        let Err(problems) = from_toml(&text) else { return Vec::new() };
        let shown = |problem: &crate::config::Problem| {
            let key = problem.key.strip_prefix("providers.x.").unwrap_or(&problem.key);
            (key.to_owned(), problem.what.clone(), format!("{} {}", problem.place, problem.remedy))
        };
        problems.iter().map(shown).collect()
    }

    /// A value of the right type for this key; a URL for texts.
    fn value(name: &str) -> &'static str {
        match name {
            "profile_calls" => "{ a = \"https://a.example/b\" }",
            "profile_pick" => "{ a = \"/b\" }",
            "tenants" => "[\"11111111-2222-3333-4444-555555555555\"]",
            "scopes" | "trusted_audiences" => "[\"a\"]",
            "signing_algorithms" => "[\"RS256\"]",
            "claims.sub" => "\"/id\"",
            "aal" => "{ mfa = \"aal2\" }",
            "insecure_assume_fresh_login" => "true",
            "pushed_authorization" | "userinfo" => "\"never\"",
            "signature_method" => "\"PLAINTEXT\"",
            "token_endpoint_auth_method" => "\"client_secret_post\"",
            "recheck" => "\"1h\"",
            "pkce" => "\"off\"",
            "response_mode" => "\"form_post\"",
            _ => "\"https://a.example/x\"",
        }
    }

    #[test]
    fn keys_without_effect_are_rejected() {
        for (kind, names) in UNUSED {
            assert_eq!(problems(kind.name(), ""), [], "{kind:?}");
            for name in names {
                let reported = problems(kind.name(), &format!("{name} = {}", value(name)));
                let about: Vec<_> = reported.iter().filter(|(_, what, _)| what.contains("has no effect")).collect();
                let [(key, what, remedy)] = about.as_slice() else { panic!("{kind:?} {name}: {reported:?}") };
                assert!(key == name || key.starts_with(&format!("{name}.")), "{key}");
                assert!(what.contains(&format!("\"{}\"", kind.name())), "{what}");
                assert!(
                    remedy.contains("remove it; it is for kind \"") && remedy.contains("configuration:"),
                    "{remedy}"
                );
            }
        }
    }

    /// Every key in the table exists, and at least one kind uses it.
    #[test]
    fn the_table_has_known_keys_only() {
        let known: Vec<String> = defaults::order()
            .into_iter()
            .filter_map(|path| path.join(".").strip_prefix("providers.*.").map(str::to_owned))
            .collect();
        for name in UNUSED.iter().flat_map(|(_, names)| *names) {
            assert!(known.iter().any(|key| key == name), "{name}");
            assert_ne!(kinds_that_use(name), "", "{name}");
        }
    }

    #[test]
    fn keys_of_another_authentication_method_are_rejected() {
        for kind in ["oidc", "oauth2"] {
            for name in ["private_key_id", "team_id", "client_assertion_audience", "certificate_file"] {
                let reported = problems(kind, &format!("{name} = \"A1\""));
                let [(key, what, remedy)] = reported.as_slice() else { panic!("{kind} {name}: {reported:?}") };
                assert_eq!((key.as_str(), what.contains("\"auto\" does not use it")), (name, true), "{what}");
                assert!(remedy.contains("remove it, or set token_endpoint_auth_method to \""), "{remedy}");
            }
        }
    }

    #[test]
    fn an_unused_private_key_is_rejected_with_the_key_that_would_use_it() {
        let basic = "token_endpoint_auth_method = \"client_secret_basic\"\n";
        for (kind, more, remedy) in [
            ("oauth1", "", "signature_method = \"RSA-SHA1\""),
            ("oauth2", basic, "token_endpoint_auth_method = \"private_key_jwt\""),
            ("oidc", basic, "token_endpoint_auth_method = \"private_key_jwt\""),
        ] {
            let reported = problems(kind, &format!("{more}private_key = \"x\""));
            let unused = |(key, what, shown): &(String, String, String)| {
                key == "private_key" && what.contains("nothing is signed with it") && shown.ends_with(remedy)
            };
            assert!(reported.iter().any(unused), "{kind}: {reported:?}");
        }
    }

    #[test]
    fn a_secret_file_counts_as_the_secret() {
        let reported = problems("oauth1", "client_secret_previous_file = \"/nowhere/else\"");
        assert!(reported.iter().any(|(key, _, _)| key == "client_secret_previous_file"), "{reported:?}");
        let reported = of_provider(
            "preset = \"discogs\"\nclient_id = \"v\"\nclient_secret = \"s\"\nsignature_method = \"RSA-SHA1\"\n\
             private_key = \"x\"\n",
        );
        assert!(
            reported.iter().any(|(key, what, _)| key == "client_secret" && what.contains("RSA-SHA1")),
            "{reported:?}"
        );
    }

    #[test]
    fn parameters_of_the_protocol_are_rejected() {
        for name in ["oauth_token", "OAuth_Callback"] {
            let reported = problems("oauth1", &format!("extra_params.{name} = \"x\""));
            let [(key, what, _)] = reported.as_slice() else { panic!("{name}: {reported:?}") };
            assert_eq!((key, what.contains("OAuth 1.0a")), (&format!("extra_params.{name}"), true));
            assert_eq!(problems("oauth2", &format!("extra_params.{name} = \"x\"")), []);
        }
        assert_eq!(problems("oauth1", "extra_params.theme = \"dark\""), []);
    }

    /// Keys without effect are accepted if a preset sets them, even if the operator overrides the kind.
    #[test]
    fn keys_without_effect_may_come_from_a_preset() {
        let more = "client_id = \"v\"\nclient_secret = \"s\"\nissuer = \"https://a.example\"\nkind = \"oidc\"\n\
                    scopes = [\"openid\"]\n";
        assert_eq!(of_provider(&format!("preset = \"github\"\n{more}")), []);
        assert_eq!(
            of_provider("preset = \"github\"\nuserinfo = \"never\"\nclient_id = \"v\"\nclient_secret = \"s\"\n").len(),
            1
        );
    }

    /// No preset sets a key that has no effect for its own kind.
    #[test]
    fn presets_set_keys_with_effect_only() {
        for preset in presets() {
            let (_, unused) = UNUSED.iter().find(|(kind, _)| kind.name() == preset.kind()).expect("a kind");
            let set: Vec<_> = unused.iter().filter(|name| preset.provider.contains_key(**name)).collect();
            assert_eq!(set, [&""; 0], "{}", preset.name);
        }
    }
}
