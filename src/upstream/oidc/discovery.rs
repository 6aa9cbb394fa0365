//! Parsing and validating the provider's metadata (OpenID Connect Discovery 1.0 §3).
//!
//! The type of the library is not used, because it rejects real documents for members that nobody reads: an empty
//! `op_policy_uri`, a missing `subject_types_supported`, nulls in arrays.

use serde_json::{Map, Value, json};
use url::Url;

use super::issuer::Issuer;
use super::metadata::Metadata;
use crate::config::{self, TokenEndpointAuthMethod, is_loopback};
use crate::upstream::text::{clean, shown_names};

/// The URL of the discovery document: the configured one, else below the issuer.
pub fn source(config: &config::Oidc) -> String {
    let configured = config.registration.endpoints.discovery_url.as_ref().map(Url::to_string);
    configured.unwrap_or_else(|| well_known(&Issuer::of(config).base_url()))
}

/// The URL of the discovery document below an issuer (RD-02).
fn well_known(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// The metadata from the configuration, if it contains every required endpoint; no document is fetched then.
pub fn from_config(config: &config::Oidc) -> Option<Metadata> {
    let document = json!({ "issuer": config.issuer });
    let endpoints = &config.registration.endpoints;
    let complete = endpoints.authorization_endpoint.is_some() && endpoints.token_endpoint.is_some();
    let has_keys = endpoints.jwks_uri.is_some() || is_hmac_only(config);
    (complete && has_keys).then(|| read(&document, config).ok()).flatten()
}

/// Parses and validates a discovery document. Endpoints in the configuration override those of the document.
pub fn read(document: &Value, config: &config::Oidc) -> Result<Metadata, String> {
    let document = document.as_object().ok_or("the discovery document is not an object")?;
    check_issuer(text(document, "issuer"), config)?;
    let optional = |name: &str| endpoint(document, name, config);
    let required = |name: &str| optional(name)?.ok_or_else(|| format!("the discovery document has no {name}"));
    let listed = |name: &str| document.get(name).filter(|list| list.is_array()).map(|list| strings(Some(list)));
    let is_true = |name: &str| document.get(name) == Some(&Value::Bool(true));
    Ok(Metadata {
        issuer: config.issuer.clone(),
        authorization_endpoint: required("authorization_endpoint")?,
        token_endpoint: required("token_endpoint")?,
        jwks_uri: if may_be_hmac(config) { optional("jwks_uri")? } else { Some(required("jwks_uri")?) },
        userinfo_endpoint: optional("userinfo_endpoint")?,
        end_session_endpoint: optional("end_session_endpoint")?,
        revocation_endpoint: optional("revocation_endpoint")?,
        pushed_authorization_request_endpoint: optional("pushed_authorization_request_endpoint")?,
        requires_pushed_requests: is_true("require_pushed_authorization_requests"),
        announces_iss: is_true("authorization_response_iss_parameter_supported"),
        signing_algorithms: strings(document.get("id_token_signing_alg_values_supported")),
        auth_methods: strings(document.get("token_endpoint_auth_methods_supported")),
        acr_values: listed("acr_values_supported"),
        prompt_values: listed("prompt_values_supported"),
    })
}

/// Whether the client secret signs every accepted token, so that no key set is needed.
fn is_hmac_only(config: &config::Oidc) -> bool {
    let algorithms = &config.signing_algorithms;
    !algorithms.is_empty() && algorithms.iter().all(|algorithm| algorithm.is_hmac())
}

/// Whether the client secret may sign an accepted token. A login with such a token needs no key set.
fn may_be_hmac(config: &config::Oidc) -> bool {
    config.signing_algorithms.iter().any(|algorithm| algorithm.is_hmac())
}

/// The configured endpoint, else that of the document, if it is allowed.
fn endpoint(document: &Map<String, Value>, name: &str, config: &config::Oidc) -> Result<Option<Url>, String> {
    if let Some(configured) = configured_endpoint(config, name) {
        return Ok(Some(configured.clone()));
    }
    text(document, name).map(|learned| allowed_endpoint(name, learned, config)).transpose()
}

/// A warning if the provider does not list the configured client authentication method. The configured method is used
/// anyway (RD-21).
pub fn unlisted_auth_method(config: &config::Oidc, metadata: &Metadata) -> Option<String> {
    let ours = match config.registration.auth_method(&metadata.auth_methods) {
        TokenEndpointAuthMethod::Apple => TokenEndpointAuthMethod::ClientSecretPost.name(),
        method => method.name(),
    };
    let listed = &metadata.auth_methods;
    let is_listed = listed.is_empty() || listed.iter().any(|method| method == ours);
    (!is_listed).then(|| format!("{ours} is used, and the provider lists {} only", shown_names(listed)))
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
fn check_issuer(issuer: Option<&str>, config: &config::Oidc) -> Result<(), String> {
    const MAX_SHOWN: usize = 200;
    let configured = config.issuer.as_str();
    match issuer {
        Some(issuer) if issuer == configured => Ok(()),
        None => Err(format!("the discovery document names no issuer, and not {configured:?}")),
        Some(issuer) if issuer.contains(config::Oidc::TENANT) => Err(format!(
            "the discovery document is that of every tenant, and configured is {configured:?}: {}",
            config::Oidc::ONE_TENANT
        )),
        Some(issuer) => {
            let shown: String = clean(issuer).chars().take(MAX_SHOWN).collect();
            let fetched = source(config);
            // Below the other issuer the document is not looked for, unless it is there.
            let and_where = if well_known(issuer) == fetched || config.registration.endpoints.discovery_url.is_some() {
                String::new()
            } else {
                format!(" and discovery_url = {fetched:?}")
            };
            Err(format!(
                "the discovery document is of the issuer {shown:?}, and configured is {configured:?}; \
                 if both are the same provider, write issuer = {shown:?}{and_where}"
            ))
        }
    }
}

/// An endpoint must be an https URL; on loopback it may be http (RD-03).
fn allowed_endpoint(name: &str, endpoint: &str, config: &config::Oidc) -> Result<Url, String> {
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
    Ok(url)
}

/// A string member. Null, an empty string and other types count as absent (RD-15).
fn text<'d>(document: &'d Map<String, Value>, name: &str) -> Option<&'d str> {
    document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The texts of an array; other members are ignored, and so is a value that is not an array.
fn strings(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::jws::JwsAlgorithm;
    use crate::base::secret::Plain;
    use crate::config::KeyFile;
    use crate::upstream::oidc::relying_party::tests::config;

    const ENDPOINTS: [&str; 7] = [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
        "revocation_endpoint",
        "pushed_authorization_request_endpoint",
    ];

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
        assert_eq!(metadata.issuer, "https://op.example/");
    }

    /// The error names the value to configure, cleaned.
    #[test]
    fn an_issuer_mismatch_is_reported_with_the_value_to_configure() {
        let error = |issuer: &str| read(&with("issuer", json!(issuer)), &realm()).expect_err("refused");
        let slash = error("https://op.example/realm/");
        assert!(slash.contains("configured is \"https://op.example/realm\""), "{slash}");
        assert!(slash.ends_with("write issuer = \"https://op.example/realm/\""), "{slash}");
        let elsewhere = error("https://op.example/other/v2.0/");
        let remedy = "write issuer = \"https://op.example/other/v2.0/\" and discovery_url = \
                      \"https://op.example/realm/.well-known/openid-configuration\"";
        assert!(elsewhere.ends_with(remedy), "{elsewhere}");
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

    /// The remedy of the log does not lead in a circle: with it, the document is accepted from its URL.
    #[test]
    fn a_document_elsewhere_is_accepted_from_its_configured_url() {
        let mut config = config("https://op.example/other/v2.0/");
        assert_eq!(source(&config), "https://op.example/other/v2.0/.well-known/openid-configuration");
        let url = "https://op.example/realm/.well-known/openid-configuration?p=x";
        config.registration.endpoints.discovery_url = Url::parse(url).ok();
        assert_eq!(source(&config), url);
        assert!(read(&with("issuer", json!("https://op.example/other/v2.0/")), &config).is_ok());
        let wrong = read(&document(), &config).expect_err("of another issuer");
        assert!(wrong.ends_with("write issuer = \"https://op.example/realm\""), "{wrong}");
    }

    /// RD-21: the first of the methods that the provider lists.
    #[test]
    fn the_authentication_method_is_chosen_by_the_metadata() {
        let pem = rcgen::KeyPair::generate().expect("a key").serialize_pem();
        let chosen = |listed: &[&str], secret: bool, key: bool| {
            let mut registration = realm().registration;
            registration.client_secret = secret.then(|| Plain::new("hunter2"));
            registration.private_key = key.then(|| KeyFile::parse(&pem).expect("a key"));
            registration.auth_method(&listed.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).name()
        };
        let (basic, post, jwt) = ("client_secret_basic", "client_secret_post", "private_key_jwt");
        for (listed, secret, key, expected) in [
            (&[][..], true, false, basic),
            (&[post], true, false, post),
            (&[basic], true, false, basic),
            (&[post, basic], true, false, basic),
            (&[jwt, post], true, false, post),
            (&["tls_client_auth"], true, false, basic),
            (&[post, jwt], true, true, jwt),
            (&[post], true, true, post),
            (&[], true, true, basic),
            (&[], false, true, jwt),
            (&[post], false, true, jwt),
        ] {
            assert_eq!(chosen(listed, secret, key), expected, "{listed:?} {secret} {key}");
        }
        let mut fixed = realm().registration;
        fixed.token_endpoint_auth_method = TokenEndpointAuthMethod::ClientSecretPost;
        assert_eq!(fixed.auth_method(&[basic.to_owned()]).name(), post, "a configured method is used");
    }

    /// RD-03
    #[test]
    fn endpoints_must_be_https() {
        for name in ENDPOINTS {
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
        assert!(metadata.userinfo_endpoint.is_none() && metadata.end_session_endpoint.is_none());
        assert!(!metadata.announces_iss);
        assert_eq!(metadata.signing_algorithms, ["ES256K", "ML-DSA-44", "ES256", "HS256", "none"]);
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
        assert_eq!(odd, "client_secret_basic is used, and the provider lists private_key_jwt, tls_client_auth only");
    }

    /// Without a key set, only if the client secret may sign tokens.
    #[test]
    fn hmac_signed_tokens_need_no_key_set() {
        let read = |algorithms: &[&str]| {
            let mut config = realm();
            config.signing_algorithms =
                algorithms.iter().map(|name| JwsAlgorithm::from_name(name).expect("known")).collect();
            read(&with("jwks_uri", Value::Null), &config).map(|metadata| metadata.jwks_uri)
        };
        assert_eq!(read(&["HS256"]), Ok(None));
        assert_eq!(read(&["HS256", "HS512"]), Ok(None));
        assert_eq!(read(&["HS256", "RS256"]), Ok(None));
        for keys in [&[][..], &["RS256"], &["EdDSA", "ES256"]] {
            assert_eq!(read(keys), Err("the discovery document has no jwks_uri".into()), "{keys:?}");
        }
    }

    #[test]
    fn configured_endpoints_override_the_document() {
        let mut config = realm();
        let url = |text: &str| Some(Url::parse(text).expect("a URL"));
        config.registration.endpoints.token_endpoint = url("http://10.0.0.1/token");
        let metadata = read(&with("token_endpoint", json!("javascript:x")), &config).expect("good");
        assert_eq!(metadata.token_endpoint.as_str(), "http://10.0.0.1/token");
        assert!(from_config(&config).is_none());
        config.registration.endpoints.authorization_endpoint = url("https://a.example/");
        config.registration.endpoints.jwks_uri = url("https://a.example/jwks");
        assert!(from_config(&config).is_some());
    }
}
