//! Parsing and validating the provider's metadata (OpenID Connect Discovery 1.0 §3).
//!
//! Only the members that are used are passed to the library, because it rejects real documents for others: an empty
//! `op_policy_uri`, a missing `subject_types_supported`, nulls in arrays.

use serde_json::{Map, Value, json};
use url::Url;

use super::metadata::Metadata;
use crate::config::{self, TokenEndpointAuthMethod, is_loopback};
use crate::upstream::text::clean;

const REQUIRED_ENDPOINTS: [&str; 3] = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
const OPTIONAL_ENDPOINTS: [&str; 4] =
    ["userinfo_endpoint", "end_session_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint"];
const BOOLEANS: [&str; 2] = ["authorization_response_iss_parameter_supported", "require_pushed_authorization_requests"];
const ARRAYS: [&str; 2] = ["id_token_signing_alg_values_supported", "token_endpoint_auth_methods_supported"];
/// The URL of the discovery document (RD-02).
pub fn well_known(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// The metadata from the configuration, if it contains every required endpoint; no document is fetched then.
pub fn from_config(config: &config::Oidc) -> Option<Metadata> {
    let document = json!({ "issuer": config.issuer });
    let complete = [
        &config.registration.endpoints.authorization_endpoint,
        &config.registration.endpoints.token_endpoint,
        &config.registration.endpoints.jwks_uri,
    ];
    complete.iter().all(|endpoint| endpoint.is_some()).then(|| read(&document, config).ok()).flatten()
}

/// Parses and validates a discovery document. Endpoints in the configuration override those of the document.
pub fn read(document: &Value, config: &config::Oidc) -> Result<Metadata, String> {
    let document = document.as_object().ok_or("the discovery document is not an object")?;
    check_issuer(text(document, "issuer"), &config.issuer)?;
    let mut used = Map::new();
    for name in REQUIRED_ENDPOINTS.into_iter().chain(OPTIONAL_ENDPOINTS) {
        if let Some(configured) = configured_endpoint(config, name) {
            used.insert(name.into(), json!(configured));
        } else if let Some(learned) = text(document, name) {
            check_endpoint(name, learned, config)?;
            used.insert(name.into(), json!(learned));
        } else if REQUIRED_ENDPOINTS.contains(&name) {
            return Err(format!("the discovery document has no {name}"));
        }
    }
    used.extend(BOOLEANS.map(|name| (name.to_owned(), json!(document.get(name) == Some(&Value::Bool(true))))));
    used.extend(ARRAYS.map(|name| (name.to_owned(), strings(document.get(name)))));
    used.insert("issuer".into(), json!(config.issuer));
    used.insert("response_types_supported".into(), json!(["code"]));
    used.insert("subject_types_supported".into(), json!(["public"]));
    serde_json::from_value(Value::Object(used)).map_err(|_| "the discovery document cannot be read".into())
}

/// A warning where the provider does not list the configured client authentication method. The configured method is used
/// anyway (RD-21).
pub fn unlisted_auth_method(config: &config::Oidc, metadata: &Metadata) -> Option<String> {
    let ours = match config.registration.token_endpoint_auth_method {
        TokenEndpointAuthMethod::ClientSecretBasic => "client_secret_basic",
        TokenEndpointAuthMethod::ClientSecretPost | TokenEndpointAuthMethod::Apple => "client_secret_post",
        TokenEndpointAuthMethod::PrivateKeyJwt => "private_key_jwt",
        TokenEndpointAuthMethod::None => "none",
    };
    let listed = metadata.token_endpoint_auth_methods_supported()?;
    let listed: Vec<_> = listed.iter().filter_map(|method| Some(clean(json!(method).as_str()?))).collect();
    let is_listed = listed.is_empty() || listed.iter().any(|method| method == ours);
    (!is_listed).then(|| format!("{ours} is configured, and the provider lists {} only", listed.join(", ")))
}

fn configured_endpoint<'c>(config: &'c config::Oidc, name: &str) -> Option<&'c Url> {
    let endpoints = &config.registration.endpoints;
    match name {
        "authorization_endpoint" => endpoints.authorization_endpoint.as_ref(),
        "token_endpoint" => endpoints.token_endpoint.as_ref(),
        "userinfo_endpoint" => endpoints.userinfo_endpoint.as_ref(),
        "jwks_uri" => endpoints.jwks_uri.as_ref(),
        "end_session_endpoint" => endpoints.end_session_endpoint.as_ref(),
        "revocation_endpoint" => endpoints.revocation_endpoint.as_ref(),
        _ => None,
    }
}

/// RD-01. The error names both issuers, because they often differ only in a trailing slash.
fn check_issuer(issuer: Option<&str>, configured: &str) -> Result<(), String> {
    const MAX_SHOWN: usize = 200;
    match issuer {
        Some(issuer) if issuer == configured => Ok(()),
        None => Err(format!("the discovery document names no issuer, and not {configured:?}")),
        Some(issuer) if issuer.contains(config::Oidc::TENANT) => Err(format!(
            "the discovery document is that of every tenant, and configured is {configured:?}: {}",
            config::Oidc::ONE_TENANT
        )),
        Some(issuer) => {
            let shown: String = clean(issuer).chars().take(MAX_SHOWN).collect();
            Err(format!(
                "the discovery document is of the issuer {shown:?}, and configured is {configured:?}; \
                 if both are the same provider, write issuer = {shown:?}"
            ))
        }
    }
}

/// An endpoint must be an https URL; on loopback it may be http (RD-03).
fn check_endpoint(name: &str, endpoint: &str, config: &config::Oidc) -> Result<(), String> {
    let refused = |why: &str| Err(format!("the {name} in the discovery document {why}"));
    let Ok(url) = Url::parse(endpoint) else { return refused("is not a URL") };
    let may_be_http = || {
        let issuer_is_local =
            Url::parse(&config.issuer).is_ok_and(|issuer| issuer.scheme() == "http" && is_loopback(&issuer));
        config.registration.insecure_allow_http || (issuer_is_local && is_loopback(&url))
    };
    if !(url.scheme() == "https" || (url.scheme() == "http" && may_be_http())) {
        return refused("is not https");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return refused("has credentials or a fragment");
    }
    Ok(())
}

/// A string member. Null, an empty string and other types count as absent (RD-15).
fn text<'d>(document: &'d Map<String, Value>, name: &str) -> Option<&'d str> {
    document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn strings(list: Option<&Value>) -> Value {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().filter(|item| item.is_string()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::oidc::relying_party::tests::config;

    fn document() -> Value {
        json!({
            "issuer": "https://op.example/realm",
            "authorization_endpoint": "https://op.example/auth?p=x",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": "https://keys.example/jwks",
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut document = document();
        document[name] = value;
        document
    }

    fn realm() -> config::Oidc {
        config("https://op.example/realm")
    }

    /// RD-01: compared byte by byte, including a trailing slash.
    #[test]
    fn the_issuer_must_be_the_configured_one() {
        assert!(read(&document(), &realm()).is_ok());
        for other in ["https://op.example/realm/", "https://op.example", "https://OP.example/realm", ""] {
            assert!(read(&with("issuer", json!(other)), &realm()).is_err(), "{other}");
        }
        assert!(read(&with("issuer", Value::Null), &realm()).is_err());
        let slash = config("https://op.example/");
        let metadata = read(&with("issuer", json!("https://op.example/")), &slash).expect("good");
        assert_eq!(metadata.issuer().as_str(), "https://op.example/");
    }

    /// The error names the value to configure, cleaned.
    #[test]
    fn an_issuer_mismatch_is_reported_with_the_value_to_configure() {
        let error = |issuer: &str| read(&with("issuer", json!(issuer)), &realm()).expect_err("refused");
        let slash = error("https://op.example/realm/");
        assert!(slash.contains("configured is \"https://op.example/realm\""), "{slash}");
        assert!(slash.ends_with("write issuer = \"https://op.example/realm/\""), "{slash}");
        let tenants = error("https://login.microsoftonline.com/{tenantid}/v2.0");
        assert!(tenants.contains("preset = \"microsoft-multi\" with the tenants") && !tenants.contains("{tenantid}"));
        let odd = error(&format!("\u{202e}x\n\u{1b}[2J\"{}", "y".repeat(9000)));
        assert!(odd.len() < 700 && !odd.contains(['\n', '\u{1b}', '\u{202e}']), "{odd}");
    }

    /// RD-02
    #[test]
    fn the_discovery_path_is_appended_to_the_issuer_without_its_trailing_slash() {
        let expected = "https://op.example/realm/.well-known/openid-configuration";
        assert_eq!(well_known("https://op.example/realm/"), expected);
        assert_eq!(well_known("https://op.example/realm"), expected);
    }

    /// RD-03
    #[test]
    fn endpoints_must_be_https() {
        for name in REQUIRED_ENDPOINTS.into_iter().chain(OPTIONAL_ENDPOINTS) {
            for bad in [
                "http://op.example/x",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "//op.example",
                "x",
                "https://u:p@op.example/",
                "https://op.example/#f",
                "http://127.0.0.1/x",
            ] {
                assert!(read(&with(name, json!(bad)), &realm()).is_err(), "{name} {bad}");
            }
        }
        let mut local_provider = config("http://127.0.0.1:5556");
        let mut local = with("issuer", json!("http://127.0.0.1:5556"));
        local["token_endpoint"] = json!("http://127.0.0.1:5556/token");
        assert!(read(&local, &local_provider).is_ok());
        local["token_endpoint"] = json!("http://op.example/token");
        assert!(read(&local, &local_provider).is_err());
        local_provider.registration.insecure_allow_http = true;
        assert!(read(&local, &local_provider).is_ok());
    }

    /// RD-15
    #[test]
    fn nonstandard_members_that_are_unused_are_ignored() {
        let mut odd = document();
        for (name, value) in [
            ("op_policy_uri", json!("")),
            ("service_documentation", json!("not a url")),
            ("scopes_supported", Value::Null),
            ("grant_types_supported", json!([null, 1])),
            ("userinfo_endpoint", json!("")),
            ("end_session_endpoint", Value::Null),
            ("id_token_signing_alg_values_supported", json!([null, "ES256K", "ML-DSA-44", "ES256", "HS256", "none"])),
            ("authorization_response_iss_parameter_supported", json!("true")),
            ("x_unknown", json!({"a": [1]})),
        ] {
            odd[name] = value;
        }
        let metadata = read(&odd, &realm()).expect("tolerated");
        assert!(metadata.userinfo_endpoint().is_none());
        assert!(metadata.additional_metadata().end_session_endpoint.is_none());
        assert!(!metadata.additional_metadata().authorization_response_iss_parameter_supported);
    }

    /// RD-21
    #[test]
    fn an_unlisted_authentication_method_is_reported() {
        let name = "token_endpoint_auth_methods_supported";
        let warning =
            |listed: Value| unlisted_auth_method(&realm(), &read(&with(name, listed), &realm()).expect("good"));
        for good in [Value::Null, json!([]), json!(["client_secret_post", "client_secret_basic"]), json!("x")] {
            assert_eq!(warning(good.clone()), None, "{good}");
        }
        let odd = warning(json!(["private_key_jwt", "tls_client_auth"])).expect("a warning");
        assert_eq!(
            odd,
            "client_secret_basic is configured, and the provider lists private_key_jwt, tls_client_auth only"
        );
    }

    #[test]
    fn configured_endpoints_override_the_document() {
        let mut config = realm();
        let url = |text: &str| Some(Url::parse(text).expect("a URL"));
        config.registration.endpoints.token_endpoint = url("http://10.0.0.1/token");
        let metadata = read(&with("token_endpoint", json!("javascript:x")), &config).expect("good");
        assert_eq!(metadata.token_endpoint().expect("given").as_str(), "http://10.0.0.1/token");
        assert!(from_config(&config).is_none());
        config.registration.endpoints.authorization_endpoint = url("https://a.example/");
        config.registration.endpoints.jwks_uri = url("https://a.example/jwks");
        assert!(from_config(&config).is_some());
    }
}
