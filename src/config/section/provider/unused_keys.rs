//! `[providers.*]`: keys that a provider's kind never reads. What an operator changes has an effect, or is refused.

use super::choice::{Kind, SignatureMethod, TokenEndpointAuthMethod};
use super::raw::RawProvider;
use crate::config::layer::findings::Findings;

/// Each kind with the keys that nothing reads there.
const UNREAD: [(Kind, &[&str]); 3] = [
    (
        Kind::Oidc,
        &[
            "profile_calls",
            "profile_pick",
            "request_token_endpoint",
            "access_token_endpoint",
            "signature_method",
            // OpenID Connect Core §2: it is the claim of that name.
            "claims.sub",
        ],
    ),
    (
        Kind::OAuth2,
        &[
            "tenants",
            "pushed_authorization",
            "userinfo",
            "signing_algorithms",
            "jwks_uri",
            "request_token_endpoint",
            "access_token_endpoint",
            "signature_method",
        ],
    ),
    (
        Kind::OAuth1,
        &[
            "issuer",
            "tenants",
            "client_secret_previous",
            "token_endpoint_auth_method",
            "private_key_id",
            "client_assertion_audience",
            "team_id",
            "scopes",
            "pkce",
            "response_mode",
            "pushed_authorization",
            "userinfo",
            "signing_algorithms",
            "jwks_uri",
            "token_endpoint",
            "revocation_endpoint",
        ],
    ),
];

/// Keys that only some ways to show to be the client need, at the kinds that read them at all.
const OF_METHODS: [(&str, &[TokenEndpointAuthMethod]); 3] = [
    ("private_key_id", &[TokenEndpointAuthMethod::PrivateKeyJwt, TokenEndpointAuthMethod::Apple]),
    ("client_assertion_audience", &[TokenEndpointAuthMethod::PrivateKeyJwt]),
    ("team_id", &[TokenEndpointAuthMethod::Apple]),
];

/// Refuses what the operator wrote and nothing reads. What a preset has besides is none of the operator's doing.
pub(crate) fn unread(key: &dyn Fn(&str) -> String, raw: &RawProvider, at: &mut Findings<'_>) {
    let keys = UNREAD.iter().filter(|(kind, _)| *kind == raw.kind).flat_map(|(_, keys)| *keys);
    for name in keys {
        if let Some(written) = at.written(&key(name)) {
            let what = format!("is given, but nothing reads it where kind is \"{}\"", raw.kind.name());
            at.refuse(&written, what, format!("take it out; it is for kind {}", kinds_that_read(name)));
        }
    }
    for (name, methods) in OF_METHODS {
        if raw.kind == Kind::OAuth1 || methods.contains(&raw.token_endpoint_auth_method) {
            continue;
        }
        if let Some(written) = at.written(&key(name)) {
            let method = raw.token_endpoint_auth_method.name();
            let what = format!("is given, but token_endpoint_auth_method \"{method}\" does not use it");
            let others: Vec<_> = methods.iter().map(|method| format!("\"{}\"", method.name())).collect();
            at.refuse(&written, what, format!("take it out, or write {} there", others.join(" or ")));
        }
    }
    of_oauth1(key, raw, at);
}

fn of_oauth1(key: &dyn Fn(&str) -> String, raw: &RawProvider, at: &mut Findings<'_>) {
    if raw.kind != Kind::OAuth1 {
        return;
    }
    if raw.signature_method == SignatureMethod::RsaSha1
        && let Some(written) = at.written(&key("client_secret"))
    {
        let what = "is given, but signature_method \"RSA-SHA1\" signs with the private key alone";
        at.refuse(&written, what, "take it out, or write \"HMAC-SHA1\" there");
    }
    let ours = |name: &&String| name.to_ascii_lowercase().starts_with("oauth_");
    for name in raw.extra_params.keys().filter(ours) {
        // RFC 5849 §3.1
        let what = "is a parameter of OAuth 1.0a, and Vestibule sets those itself";
        at.refuse(&key(&format!("extra_params.{name}")), what, "take it out");
    }
}

fn kinds_that_read(name: &str) -> String {
    let reads = UNREAD.iter().filter(|(_, keys)| !keys.contains(&name));
    reads.map(|(kind, _)| format!("\"{}\"", kind.name())).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::defaults;
    use crate::config::{from_toml, presets};

    /// Lines below `[providers.x]` with everything that a provider of this kind must have, and one key more.
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
        let told = |problem: &crate::config::Problem| {
            let key = problem.key.strip_prefix("providers.x.").unwrap_or(&problem.key);
            (key.to_owned(), problem.what.clone(), format!("{} {}", problem.place, problem.remedy))
        };
        problems.iter().map(told).collect()
    }

    /// A value that the type of this key takes; for texts a URL.
    fn value(name: &str) -> &'static str {
        match name {
            "profile_calls" => "{ a = \"https://a.example/b\" }",
            "profile_pick" => "{ a = \"/b\" }",
            "tenants" => "[\"11111111-2222-3333-4444-555555555555\"]",
            "scopes" => "[\"a\"]",
            "signing_algorithms" => "[\"RS256\"]",
            "claims.sub" => "\"/id\"",
            "pushed_authorization" | "userinfo" => "\"never\"",
            "signature_method" => "\"PLAINTEXT\"",
            "token_endpoint_auth_method" => "\"client_secret_post\"",
            "pkce" => "\"off\"",
            "response_mode" => "\"form_post\"",
            _ => "\"https://a.example/x\"",
        }
    }

    #[test]
    fn what_nothing_reads_is_refused_where_it_stands() {
        for (kind, names) in UNREAD {
            assert_eq!(problems(kind.name(), ""), [], "{kind:?}");
            for name in names {
                let told = problems(kind.name(), &format!("{name} = {}", value(name)));
                let about: Vec<_> = told.iter().filter(|(_, what, _)| what.contains("nothing reads it")).collect();
                let [(key, what, remedy)] = about.as_slice() else { panic!("{kind:?} {name}: {told:?}") };
                assert!(key == name || key.starts_with(&format!("{name}.")), "{key}");
                assert!(what.contains(&format!("\"{}\"", kind.name())), "{what}");
                assert!(
                    remedy.contains("take it out; it is for kind \"") && remedy.contains("configuration:"),
                    "{remedy}"
                );
            }
        }
    }

    /// The table names keys as they are, and every key is one that some kind reads.
    #[test]
    fn the_table_has_keys_only() {
        let known: Vec<String> = defaults::order()
            .into_iter()
            .filter_map(|path| path.join(".").strip_prefix("providers.*.").map(str::to_owned))
            .collect();
        for name in UNREAD.iter().flat_map(|(_, names)| *names) {
            assert!(known.iter().any(|key| key == name), "{name}");
            assert_ne!(kinds_that_read(name), "", "{name}");
        }
    }

    #[test]
    fn what_goes_with_a_key_is_refused_without_one() {
        for kind in ["oidc", "oauth2"] {
            for name in ["private_key_id", "team_id", "client_assertion_audience"] {
                let told = problems(kind, &format!("{name} = \"A1\""));
                let [(key, what, remedy)] = told.as_slice() else { panic!("{kind} {name}: {told:?}") };
                assert_eq!(
                    (key.as_str(), what.contains("\"client_secret_basic\" does not use it")),
                    (name, true),
                    "{what}"
                );
                assert!(remedy.contains("take it out, or write \""), "{remedy}");
            }
        }
    }

    #[test]
    fn a_secret_file_is_a_key_given() {
        let told = problems("oauth1", "client_secret_previous_file = \"/nowhere/else\"");
        assert!(told.iter().any(|(key, _, _)| key == "client_secret_previous_file"), "{told:?}");
        let told = of_provider(
            "preset = \"discogs\"\nclient_id = \"v\"\nclient_secret = \"s\"\nsignature_method = \"RSA-SHA1\"\n\
             private_key = \"x\"\n",
        );
        assert!(told.iter().any(|(key, what, _)| key == "client_secret" && what.contains("RSA-SHA1")), "{told:?}");
    }

    #[test]
    fn parameters_of_the_protocol_are_ours() {
        for name in ["oauth_token", "OAuth_Callback"] {
            let told = problems("oauth1", &format!("extra_params.{name} = \"x\""));
            let [(key, what, _)] = told.as_slice() else { panic!("{name}: {told:?}") };
            assert_eq!((key, what.contains("OAuth 1.0a")), (&format!("extra_params.{name}"), true));
            assert_eq!(problems("oauth2", &format!("extra_params.{name} = \"x\"")), []);
        }
        assert_eq!(problems("oauth1", "extra_params.theme = \"dark\""), []);
    }

    /// What a preset gives is not refused, whatever kind the operator makes of it.
    #[test]
    fn a_preset_may_have_more() {
        let more = "client_id = \"v\"\nclient_secret = \"s\"\nissuer = \"https://a.example\"\nkind = \"oidc\"\n\
                    scopes = [\"openid\"]\n";
        assert_eq!(of_provider(&format!("preset = \"github\"\n{more}")), []);
        assert_eq!(
            of_provider("preset = \"github\"\nuserinfo = \"never\"\nclient_id = \"v\"\nclient_secret = \"s\"\n").len(),
            1
        );
    }

    /// No preset has a key that its own kind does not read.
    #[test]
    fn presets_set_what_is_read() {
        for preset in presets() {
            let (_, unread) = UNREAD.iter().find(|(kind, _)| kind.name() == preset.kind()).expect("a kind");
            let sets: Vec<_> = unread.iter().filter(|name| preset.provider.contains_key(**name)).collect();
            assert_eq!(sets, [&""; 0], "{}", preset.name);
        }
    }
}
