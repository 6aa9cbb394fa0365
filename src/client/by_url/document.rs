//! Judges the document of a client (draft 03 §4), as a pure function.

use serde_json::{Map, Value};

use crate::config::{PrivateUseSchemes, RedirectUri};

/// The most redirect URIs that are read.
const MAX_URIS: usize = 50;
/// The longest shown name, in characters.
const MAX_NAME: usize = 60;

/// What a document says of its client, as far as it is used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// The redirect URIs; at least one.
    pub(super) redirect_uris: Vec<RedirectUri>,
    /// `client_name`, as the client states it.
    pub(super) name: Option<String>,
    /// `jwks_uri`, where the client authenticates by `private_key_jwt`.
    pub(super) jwks_uri: Option<String>,
}

/// Why a document is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentError {
    /// There is no answer, or only one that a later request need not get. The log says why.
    Unavailable,
    /// A redirect, which is not followed.
    Redirect,
    /// Another status than 200.
    Status,
    /// Larger than 5 KiB.
    TooLarge,
    /// Another media type than `application/json`.
    MediaType,
    /// Not a JSON object.
    Malformed,
    /// The document's `client_id` is not its own URL, byte for byte.
    OtherClient,
    /// It has a secret, which everyone can read.
    Secret,
    /// A `token_endpoint_auth_method` other than `none`, and `private_key_jwt` with a `jwks_uri`.
    AuthMethod,
    /// The key set at `jwks_uri` cannot be used.
    Keys,
    /// `redirect_uris` has no URI that a registered client may have.
    RedirectUris,
    /// `grant_types` or `response_types` without the code flow.
    Grant,
}

impl DocumentError {
    /// The text for the developer of the app.
    pub fn text(self) -> &'static str {
        match self {
            Self::Unavailable => "The document at client_id cannot be fetched",
            Self::Redirect => "The address client_id redirects, and redirects are not followed",
            Self::Status => "The address client_id answers with another status than 200",
            Self::TooLarge => "The document at client_id is larger than 5 KiB",
            Self::MediaType => "The document at client_id does not have the content type application/json",
            Self::Malformed => "The document at client_id is not a JSON object",
            Self::OtherClient => "client_id in the document differs from the address of the document",
            Self::Secret => "The document at client_id contains a secret",
            Self::AuthMethod => {
                "The document at client_id names another token_endpoint_auth_method than none, and private_key_jwt with a jwks_uri"
            }
            Self::Keys => "The key set at the jwks_uri of the document at client_id has no usable key",
            Self::RedirectUris => {
                "The document at client_id has no redirect_uris that are https, http on loopback, or a scheme with a dot"
            }
            Self::Grant => {
                "The document at client_id does not list the grant authorization_code and the response type code"
            }
        }
    }
}

/// Judges the answer of the address `id`.
pub(super) fn judge(id: &str, answer: &http::Response<Vec<u8>>) -> Result<Document, DocumentError> {
    let status = answer.status();
    if status.is_redirection() {
        return Err(DocumentError::Redirect);
    }
    if status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS {
        return Err(DocumentError::Unavailable);
    }
    if status != http::StatusCode::OK {
        return Err(DocumentError::Status);
    }
    let content_type = answer.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(DocumentError::MediaType);
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(answer.body()) else {
        return Err(DocumentError::Malformed);
    };
    read(id, &members)
}

fn read(id: &str, members: &Map<String, Value>) -> Result<Document, DocumentError> {
    if members.get("client_id").and_then(Value::as_str) != Some(id) {
        return Err(DocumentError::OtherClient);
    }
    if has_secret(members) {
        return Err(DocumentError::Secret);
    }
    let jwks_uri = match members.get("token_endpoint_auth_method") {
        None | Some(Value::Null) => None,
        Some(Value::String(method)) if method == "none" => None,
        Some(Value::String(method)) if method == "private_key_jwt" => {
            Some(members.get("jwks_uri").and_then(Value::as_str).ok_or(DocumentError::AuthMethod)?.to_owned())
        }
        Some(_) => return Err(DocumentError::AuthMethod),
    };
    let lists = |name: &str, value: &str| match members.get(name) {
        None | Some(Value::Null) => true,
        Some(listed) => texts(listed).any(|text| text == value),
    };
    if !lists("grant_types", "authorization_code") || !lists("response_types", "code") {
        return Err(DocumentError::Grant);
    }
    let uris = members.get("redirect_uris").into_iter().flat_map(texts).take(MAX_URIS);
    // One that is not valid here can be that of another server, so it is left out.
    let redirect_uris: Vec<_> =
        uris.filter_map(|uri| RedirectUri::parse(uri, PrivateUseSchemes::Dotted).ok()).collect();
    if redirect_uris.is_empty() {
        return Err(DocumentError::RedirectUris);
    }
    let name = members.get("client_name").and_then(Value::as_str).map(shown).filter(|name| !name.is_empty());
    Ok(Document { redirect_uris, name, jwks_uri })
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Whether it has a client secret, or a key that is no public key (RFC 7517).
fn has_secret(members: &Map<String, Value>) -> bool {
    let is_set = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
    let keys = members.get("jwks").and_then(|jwks| jwks.get("keys")).and_then(Value::as_array);
    let is_secret = |key: &Value| {
        key.get("d").is_some() || key.get("k").is_some() || key.get("kty").is_some_and(|kty| kty == "oct")
    };
    is_set("client_secret") || is_set("client_secret_expires_at") || keys.into_iter().flatten().any(is_secret)
}

/// A name for a page: one line without control characters and without those that change the direction of what follows.
fn shown(name: &str) -> String {
    let is_invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let visible: String =
        name.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(MAX_NAME).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::{ClientsByUrl, from_toml};

    const ID: &str = "https://app.example/client.json";

    /// The settings of an enabled section.
    pub(crate) fn settings(hosts: &[&str], allows_loopback: bool) -> ClientsByUrl {
        let key = crate::base::seal::generate_key();
        let text = format!(
            "[database]\nurl = \"postgres://v@db/v\"\n[secrets]\nkeys = [\"{}\"]\n[clients_by_url]\nenabled = true\n\
             hosts = {hosts:?}\ninsecure_allow_loopback = {allows_loopback}\n",
            key.expose()
        );
        from_toml(&text).unwrap_or_else(|problems| panic!("{problems}")).clients_by_url.expect("enabled")
    }

    fn answer(status: u16, content_type: &str, body: &str) -> Result<Document, DocumentError> {
        let answer = http::Response::builder().status(status).header("content-type", content_type);
        judge(ID, &answer.body(body.as_bytes().to_vec()).expect("an answer"))
    }

    /// A good document with these members in addition, or in place of its own.
    fn with(more: &Value) -> Result<Document, DocumentError> {
        let mut document = json!({"client_id": ID, "redirect_uris": ["https://app.example/cb", "http://127.0.0.1/cb"]});
        let members = document.as_object_mut().expect("an object");
        members.extend(more.as_object().expect("an object").clone());
        answer(200, "application/json", &document.to_string())
    }

    #[test]
    fn a_document_of_a_public_client_is_accepted() {
        let good = with(&json!({"client_name": "An app", "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "client_uri": "https://app.example", "logo_uri": "https://app.example/logo.png", "scope": "tools",
            "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}]}}));
        let good = good.expect("good");
        assert_eq!(good.name.as_deref(), Some("An app"));
        let uris: Vec<_> = good.redirect_uris.iter().map(RedirectUri::as_str).collect();
        assert_eq!(uris, ["https://app.example/cb", "http://127.0.0.1/cb"]);
        assert!(with(&json!({})).is_ok_and(|document| document.name.is_none()));
    }

    #[test]
    fn an_answer_is_200_with_a_json_object() {
        let body = json!({"client_id": ID, "redirect_uris": ["https://app.example/cb"]}).to_string();
        for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/json;x"] {
            assert!(answer(200, content_type, &body).is_ok(), "{content_type}");
        }
        for content_type in ["", "text/html", "text/json", "application/jsonp", "application/json-seq", "text/plain"] {
            assert_eq!(answer(200, content_type, &body), Err(DocumentError::MediaType), "{content_type}");
        }
        for (status, expected) in [
            (301, DocumentError::Redirect),
            (302, DocumentError::Redirect),
            (303, DocumentError::Redirect),
            (307, DocumentError::Redirect),
            (308, DocumentError::Redirect),
            (304, DocumentError::Redirect),
            (201, DocumentError::Status),
            (204, DocumentError::Status),
            (206, DocumentError::Status),
            (401, DocumentError::Status),
            (404, DocumentError::Status),
            (410, DocumentError::Status),
            (429, DocumentError::Unavailable),
            (500, DocumentError::Unavailable),
            (503, DocumentError::Unavailable),
        ] {
            assert_eq!(answer(status, "application/json", &body), Err(expected), "{status}");
        }
        for bad in ["", "[]", "null", "\"x\"", "{", "{}x", "<html>"] {
            assert_eq!(answer(200, "application/json", bad), Err(DocumentError::Malformed), "{bad}");
        }
    }

    #[test]
    fn the_client_id_is_the_address_byte_for_byte() {
        for other in [
            json!("https://app.example/client.json/"),
            json!("https://APP.example/client.json"),
            json!("https://app.example:443/client.json"),
            json!("https://app.example/client%2Ejson"),
            json!(" https://app.example/client.json"),
            json!("https://evil.example/client.json"),
            json!("http://app.example/client.json"),
            json!([ID]),
            json!(null),
            json!(""),
        ] {
            assert_eq!(with(&json!({ "client_id": other })), Err(DocumentError::OtherClient), "{other}");
        }
        assert_eq!(answer(200, "application/json", "{}"), Err(DocumentError::OtherClient));
    }

    #[test]
    fn a_secret_and_other_authentication_are_refused() {
        for secret in [
            json!({"client_secret": "x"}),
            json!({"client_secret": ""}),
            json!({"client_secret_expires_at": 0}),
            json!({"jwks": {"keys": [{"kty": "oct", "k": "eA"}]}}),
            json!({"jwks": {"keys": [{"kty": "EC", "x": "x"}, {"kty": "EC", "d": "eA"}]}}),
        ] {
            assert_eq!(with(&secret), Err(DocumentError::Secret), "{secret}");
        }
        for method in [
            json!("client_secret_basic"),
            json!("client_secret_post"),
            json!("client_secret_jwt"),
            json!("private_key_jwt"),
            json!("tls_client_auth"),
            json!("None"),
            json!(""),
            json!(["none"]),
            json!(1),
        ] {
            let with = with(&json!({ "token_endpoint_auth_method": method }));
            assert_eq!(with, Err(DocumentError::AuthMethod), "{method}");
        }
        let with_keys =
            json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/keys"});
        assert_eq!(with(&with_keys).expect("good").jwks_uri.as_deref(), Some("https://app.example/keys"));
        let unused = with(&json!({"jwks_uri": "https://app.example/keys"})).expect("good");
        assert_eq!(unused.jwks_uri, None, "it has no effect without the method");
        for flow in [
            json!({"grant_types": ["client_credentials"]}),
            json!({"grant_types": []}),
            json!({"grant_types": "authorization_code"}),
            json!({"response_types": ["token"]}),
        ] {
            assert_eq!(with(&flow), Err(DocumentError::Grant), "{flow}");
        }
    }

    #[test]
    fn redirect_uris_are_those_that_a_registered_client_may_have() {
        for none in [
            json!(null),
            json!([]),
            json!("https://app.example/cb"),
            json!([1, null, ["https://app.example/cb"]]),
            json!(["http://app.example/cb"]),
            json!(["javascript:alert(1)", "data:text/html,x", "file:///x"]),
            json!(["https://*.app.example/cb"]),
            json!(["https://app.example/cb#f"]),
            json!(["myapp:/cb"]),
        ] {
            assert_eq!(with(&json!({ "redirect_uris": none })), Err(DocumentError::RedirectUris), "{none}");
        }
        let mixed =
            with(&json!({"redirect_uris": ["javascript:alert(1)", "com.example.app:/cb", "http://evil.example/"]}));
        let mixed = mixed.expect("one is good").redirect_uris;
        assert_eq!(mixed.iter().map(RedirectUri::as_str).collect::<Vec<_>>(), ["com.example.app:/cb"]);
        let many: Vec<_> = (0..MAX_URIS + 9).map(|number| format!("https://app.example/{number}")).collect();
        assert_eq!(with(&json!({ "redirect_uris": many })).expect("good").redirect_uris.len(), MAX_URIS);
    }

    #[test]
    fn a_name_is_one_line_of_visible_characters() {
        for (stated, name) in [
            (json!("  An\n\tapp "), Some("An app")),
            (json!("\u{202e}ppa nA\u{2066}"), Some("ppa nA")),
            (json!("a\u{200b}b\u{0}c"), Some("abc")),
            (json!("\u{202e} \u{200f}"), None),
            (json!(""), None),
            (json!(7), None),
        ] {
            assert_eq!(with(&json!({ "client_name": stated })).expect("good").name.as_deref(), name, "{stated}");
        }
        let long = with(&json!({"client_name": "x".repeat(MAX_NAME + 1)})).expect("good").name;
        assert_eq!(long.map(|name| name.len()), Some(MAX_NAME));
    }

    /// TK-13: `error_description` is printable ASCII without quotes and backslashes (RFC 6749 §5.2).
    #[test]
    fn errors_are_texts_for_developers() {
        use DocumentError::{
            AuthMethod, Grant, Keys, Malformed, MediaType, OtherClient, Redirect, RedirectUris, Secret, Status,
            TooLarge, Unavailable,
        };
        for error in [
            Unavailable,
            Redirect,
            Status,
            TooLarge,
            MediaType,
            Malformed,
            OtherClient,
            Secret,
            AuthMethod,
            Keys,
            RedirectUris,
            Grant,
        ] {
            let text = error.text();
            assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'), "{text}");
        }
    }
}
