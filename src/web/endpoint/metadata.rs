//! The metadata from which client libraries configure themselves: one document at the two addresses of OpenID Connect
//! Discovery 1.0 and RFC 8414.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::account;
use crate::app::App;
use crate::base::secret::Hashed;
use crate::client::GrantType;
use crate::web::answer::conditional::Document;

/// The path of OpenID Connect Discovery 1.0 §4.
pub const OPENID: &str = "/.well-known/openid-configuration";
/// The path of RFC 8414 §3.
pub const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// `Cache-Control`: 300 seconds. The document changes only with the configuration.
const MAX_AGE: &str = "public, max-age=300";

/// The document as it is sent, made once: it depends only on the configuration.
pub struct Metadata {
    body: Bytes,
    etag: String,
}

impl Metadata {
    /// The document for this configuration.
    pub fn new(app: &App) -> Self {
        let text = document(app).to_string();
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Hashed::of(&text).as_bytes()));
        Self { body: text.into(), etag }
    }
}

/// The endpoints, and what they support. Needs no query.
pub async fn show(metadata: Data<Metadata>, request: HttpRequest) -> HttpResponse {
    let (content_type, body) = ("application/json", || metadata.body.clone());
    Document { content_type, cache_control: MAX_AGE, etag: &metadata.etag, body }.answer(&request)
}

fn document(app: &App) -> Value {
    [endpoints(app), client_authentication(), offered(app), without_extensions(), resources(app), clients_by_url(app)]
        .into_iter()
        .flat_map(|part| if let Value::Object(members) = part { members } else { Map::new() })
        .collect()
}

/// The issuer and the URLs of the endpoints.
fn endpoints(app: &App) -> Value {
    let url = &app.config.server.public_url;
    json!({
        "issuer": url.issuer(),
        "authorization_endpoint": url.at("/oauth2/authorize"),
        "token_endpoint": url.at("/oauth2/token"),
        "userinfo_endpoint": url.at("/userinfo"),
        "jwks_uri": url.at("/.well-known/jwks.json"),
        "pushed_authorization_request_endpoint": url.at("/oauth2/par"),
        "introspection_endpoint": url.at("/oauth2/introspect"),
        "revocation_endpoint": url.at("/oauth2/revoke"),
        "end_session_endpoint": url.at("/logout"),
    })
}

/// How clients authenticate at each endpoint that asks for it. A client without a secret may not introspect.
fn client_authentication() -> Value {
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    let [proofs @ .., _none] = methods;
    let assertion_algorithms = ["ES256", "EdDSA", "Ed25519", "RS256", "PS256"];
    json!({
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
        "introspection_endpoint_auth_methods_supported": proofs,
        "introspection_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
    })
}

/// The values of parameters and claims, and the forms of logout.
fn offered(app: &App) -> Value {
    let algorithms: Vec<_> = app.config.signing.algorithms.iter().map(|algorithm| algorithm.name()).collect();
    json!({
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "scopes_supported": scopes(app),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": grants(app),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": claims(app),
    })
}

/// Members that correct the defaults that clients would assume: `request_uri` is supported by default (OpenID Connect
/// Discovery 1.0 §3).
fn without_extensions() -> Value {
    json!({
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_pushed_authorization_requests": false,
    })
}

/// The protected resources (RFC 9728 §4), if there are any.
fn resources(app: &App) -> Value {
    let resources: Vec<_> = app.config.resources.iter().map(|known| known.resource.as_str()).collect();
    if resources.is_empty() { json!({}) } else { json!({ "protected_resources": resources }) }
}

/// Whether a `client_id` may be a URL (Client ID Metadata Document, draft 03 §6).
fn clients_by_url(app: &App) -> Value {
    if app.clients.accepts_urls() { json!({ "client_id_metadata_document_supported": true }) } else { json!({}) }
}

/// The grants that a client may be allowed; token exchange only if one is.
fn grants(app: &App) -> Vec<&'static str> {
    let offered = |grant: &GrantType| match grant {
        GrantType::Configured(_) => true,
        GrantType::TokenExchange => app.clients.iter().any(|client| client.may_request(*grant)),
    };
    GrantType::ALL.into_iter().filter(offered).map(GrantType::as_str).collect()
}

/// The standard scopes, and those of the clients.
fn scopes(app: &App) -> Vec<&str> {
    let mut scopes = vec!["openid", "profile", "email", "groups", "offline_access"];
    let by_url = app.config.clients_by_url.iter().flat_map(|settings| &settings.scopes);
    for scope in app.clients.iter().flat_map(|client| &client.scopes).chain(by_url) {
        if !scopes.contains(&scope.as_str()) {
            scopes.push(scope);
        }
    }
    scopes
}

/// The claims that the gateway itself writes.
const CLAIMS: [&str; 18] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "sid",
    "acr",
    "amr",
    "aal",
    "name",
    "preferred_username",
    "picture",
    "email",
    "email_verified",
    "groups",
];

/// The claims of ID tokens and userinfo, those of `clients.<id>.claims` included.
fn claims(app: &App) -> Vec<&str> {
    let mut claims: Vec<&str> = CLAIMS.to_vec();
    for name in account::further_names() {
        claims.push(name);
    }
    for claim in app.clients.iter().flat_map(|client| &client.tokens.claims) {
        if !claims.contains(&claim.name.as_str()) {
            claims.push(&claim.name);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;
    use actix_web::test::TestRequest;

    use super::*;

    #[actix_web::test]
    async fn each_answer_sends_the_same_bytes_without_a_copy() {
        let metadata = Data::new(Metadata { body: Bytes::from(r#"{"issuer":"x"}"#.to_owned()), etag: "\"x\"".into() });
        let mut addresses = Vec::new();
        for _ in 0..2 {
            let answer = show(metadata.clone(), TestRequest::default().to_http_request()).await;
            let body = answer.into_body().try_into_bytes().expect("one chunk");
            addresses.push(body.as_ptr());
            assert_eq!(body, metadata.body);
        }
        assert_eq!(addresses, [metadata.body.as_ptr(); 2]);
    }
}
