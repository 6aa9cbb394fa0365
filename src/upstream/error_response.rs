//! Errors in the responses of a provider: of OAuth (RFC 6749 §5.2, RFC 6750 §3), and the shapes that providers use instead.

use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::challenge::challenge_parameter;
use super::failure::Fault;
use super::provider_http::{describe_status, is_type, read_json};
use super::sent::Sent;
use super::text::{is_error_code, quoted};
use crate::base::lenient_json;

/// Error codes for a failed client authentication: of RFC 6749 §5.2, of GitHub, and (the last two) of Slack.
pub const INVALID_CLIENT_CODES: [&str; 4] =
    ["invalid_client", "incorrect_client_credentials", "bad_client_secret", "invalid_client_id"];
/// Error codes that reject the code or the refresh token, and not the client: of RFC 6749 §5.2 and OpenID Connect, of GitHub and
/// of Slack.
pub const INVALID_GRANT_CODES: [&str; 6] = [
    "invalid_grant",
    "bad_verification_code",
    "invalid_code",
    "bad_refresh_token",
    "invalid_refresh_token",
    "interaction_required",
];
/// Error codes of a provider that has a temporary problem.
const TEMPORARY_CODES: [&str; 9] = [
    "temporarily_unavailable",
    "server_error",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "slow_down",
    "too_many_requests",
    "rate_limit_exceeded",
    "ratelimited",
];
/// Members that carry a description, the most specific ones first.
const DESCRIPTIONS: [&str; 12] = [
    "error_description",
    "error_message",
    "errorMessage",
    "error_msg",
    "errmsg",
    "message",
    "msg",
    "description",
    "detail",
    "title",
    "error_reason",
    "reason",
];
/// Members that carry a code, beside `error`.
const CODES: [&str; 7] = ["type", "error_type", "error_code", "errorCode", "errcode", "errno", "code"];

/// An error of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderError {
    /// The code, in most cases the member `error`; possibly empty.
    code: String,
    /// The description; possibly empty.
    description: String,
    /// Whether the provider says that the same request may succeed later.
    is_temporary: bool,
}

impl ProviderError {
    /// The error in a response; `None` if it has none. `error` of any shape but null is one.
    pub fn read(response: &http::Response<Vec<u8>>) -> Option<Self> {
        let members = members(response.status(), response.headers(), response.body()).ok()?;
        Self::of_members(&members)
    }

    /// The error in the members of a response.
    pub fn of_members(members: &Map<String, Value>) -> Option<Self> {
        if let Some(error) = members.get("error").filter(|error| !error.is_null()) {
            let mut found = Self::of_value(error);
            if found.description.is_empty() {
                found.description = description(members);
            }
            found.is_temporary |= is_transient(members);
            return Some(found);
        }
        let failed = |name: &str| members.get(name) == Some(&Value::Bool(false));
        let number = |name: &str| members.get(name).is_some_and(is_nonzero);
        let text = |name: &str| members.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        let list = |name: &str| members.get(name).is_some_and(|list| !(list.is_null() || is_empty(list)));
        let is_error = ["ok", "success"].into_iter().any(failed)
            || ["errcode", "errno", "error_code", "errorCode"].into_iter().any(number)
            || ["error_description", "error_message", "error_msg", "errorMessage", "error_type"].into_iter().any(text);
        if is_error {
            return Some(Self::of_object(members));
        }
        list("errors").then(|| members.get("errors").map(Self::of_value).unwrap_or_default())
    }

    /// The error of a callback: the parameters `error` and `error_description` (RFC 6749 §4.1.2.1).
    pub fn new(code: &str, description: Option<&str>) -> Self {
        Self { code: code.to_owned(), description: description.unwrap_or_default().to_owned(), is_temporary: false }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::Object(members) => Self::of_object(members),
            Value::Array(list) => list.first().map(Self::of_value).unwrap_or_default(),
            other => Self { code: scalar(other).unwrap_or_default(), ..Self::default() },
        }
    }

    fn of_object(members: &Map<String, Value>) -> Self {
        let codes: Vec<_> = CODES.into_iter().filter_map(|name| scalar(members.get(name)?)).take(2).collect();
        let code = codes.join(" ");
        let is_temporary = is_transient(members) || members.get("errcode") == Some(&Value::from(-1));
        Self { code, description: description(members), is_temporary }
    }

    /// The code; possibly empty.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The description; possibly empty.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whether the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        self.is_temporary || TEMPORARY_CODES.contains(&self.code.as_str())
    }

    /// The error for the log: ` (invalid_grant), it said "…"`; empty if the response has no error text.
    pub fn describe(&self, sent: &Sent) -> String {
        let (code, description) = (sent.replace(&self.code), self.description.trim());
        let (named, code) = if is_code(&code) { (format!(" ({code})"), "") } else { (String::new(), code.as_str()) };
        let said = match (code.trim().is_empty(), description.is_empty()) {
            (true, true) => return named,
            (true, false) => sent.replace(description),
            (false, true) => code.to_owned(),
            (false, false) => format!("{code}: {}", sent.replace(description)),
        };
        format!("{named}, it said {}", quoted(&said))
    }
}

/// A response that is not the expected one, for the log: its status, and the error in it.
pub fn describe_response(response: &http::Response<Vec<u8>>, sent: &Sent) -> String {
    let said = ProviderError::find(response).map(|error| error.describe(sent)).unwrap_or_default();
    describe_status(response.status()) + &said
}

/// Classifies an unsuccessful response to an access token: a refusal by 401, 403, or by an error in a response that
/// blames the request; else a failure of the provider.
pub fn resource_fault(response: &http::Response<Vec<u8>>) -> Fault {
    let status = response.status();
    let blames_request = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    let has_error = || ProviderError::read(response).is_some_and(|error| !error.is_temporary());
    let is_refusal =
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) || (blames_request && has_error());
    if is_refusal { Fault::Refused } else { Fault::InvalidResponse }
}

impl ProviderError {
    /// The error in a response, in its challenge, or its text.
    pub fn find(response: &http::Response<Vec<u8>>) -> Option<Self> {
        let error = Self::read(response).or_else(|| Self::of_challenge(response.headers()));
        error.or_else(|| Self::of_text(response))
    }

    /// The error in a challenge (RFC 6750 §3).
    fn of_challenge(headers: &HeaderMap) -> Option<Self> {
        let mut challenges = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let of = |challenge: &str| {
            let value = |name: &str| challenge_parameter(challenge, name);
            let description = value("error_description").unwrap_or_default();
            let code = value("error").unwrap_or_default();
            (!code.is_empty() || !description.is_empty()).then_some(Self { code, description, is_temporary: false })
        };
        challenges.find_map(of)
    }

    /// The text of a response that is no JSON: a web page without its markup, or plain text.
    fn of_text(response: &http::Response<Vec<u8>>) -> Option<Self> {
        const MAX_BODY: usize = 64 * 1024;
        let body = response.body().get(..response.body().len().min(MAX_BODY)).unwrap_or_default();
        let body = String::from_utf8_lossy(body);
        if body.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let text = without_markup(&body);
        (!text.is_empty()).then(|| Self { description: text, ..Self::default() })
    }
}

/// The members of an error or token response: form-encoded, JSON, or JSON as the argument of a function (JSONP). In an error
/// response JSON may have the media type of HTML.
pub fn members(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, String> {
    if is_type(headers, "application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(body);
        return Ok(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect());
    }
    let is_failed = status.is_client_error() || status.is_server_error();
    let lenient = || lenient_json::read(body).filter(|_| is_failed).or_else(|| padded(body));
    match read_json(headers, body).or_else(|why| lenient().ok_or(why))? {
        Value::Object(members) => Ok(members),
        _ => Err("answered with JSON that is not an object".into()),
    }
}

/// The JSON in `callback( {…} );`, as QQ sends errors. Only an error is read from it.
fn padded(body: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(body).ok()?.trim().trim_end_matches(';').trim_end();
    let (name, argument) = text.strip_suffix(')')?.split_once('(')?;
    let is_name = name.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let value: Value = serde_json::from_str(argument).ok().filter(|_| is_name)?;
    let is_error = value.as_object().is_some_and(|members| ProviderError::of_members(members).is_some());
    is_error.then_some(value)
}

fn description(members: &Map<String, Value>) -> String {
    let texts = DESCRIPTIONS.into_iter().filter_map(|name| members.get(name)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

fn is_transient(members: &Map<String, Value>) -> bool {
    members.get("is_transient") == Some(&Value::Bool(true))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_nonzero(value: &Value) -> bool {
    scalar(value).is_some_and(|text| text != "0")
}

fn is_empty(list: &Value) -> bool {
    list.as_array().is_some_and(Vec::is_empty) || list.as_object().is_some_and(Map::is_empty) || list == ""
}

/// Whether a text has the form of a code of OAuth, or of one or two codes of another protocol, such as `OAuthException 190`.
fn is_code(text: &str) -> bool {
    let is_other = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    is_error_code(text) || ((1..=64).contains(&text.len()) && text.split(' ').all(is_other) && !text.starts_with(' '))
}

/// The text from the end tag of that name on; nothing if there is none, so that each text is searched once.
fn from_end_tag<'t>(text: &'t str, name: &str) -> &'t str {
    let is_end = |at: usize| {
        let tag = text.get(at + 2..at + 2 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    };
    let end = text.match_indices("</").map(|(at, _)| at).find(|at| is_end(*at));
    end.and_then(|at| text.get(at..)).unwrap_or_default()
}

/// The visible text of a web page, at least its first [`MAX_TEXT`] bytes; of another text the text itself.
fn without_markup(body: &str) -> String {
    const MAX_TEXT: usize = 8 * 1024;
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        if !text.ends_with(' ') {
            text.push(' ');
        }
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let is_hidden = ["head", "script", "style", "template", "svg"].contains(&name.as_str()) && !tag.ends_with('/');
        rest = if is_hidden { from_end_tag(after, &name) } else { after };
        if text.len() > MAX_TEXT {
            rest = "";
        }
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn response(status: u16, content_type: &str, body: &str) -> http::Response<Vec<u8>> {
        let built = http::Response::builder().status(status).header("content-type", content_type);
        built.body(body.as_bytes().to_vec()).expect("a response")
    }

    fn described(status: u16, content_type: &str, body: &str) -> Option<String> {
        ProviderError::read(&response(status, content_type, body)).map(|error| error.describe(&Sent::default()))
    }

    /// The case `oauth2-error-object`, with further shapes.
    #[test]
    fn an_error_of_any_shape_is_read() {
        for (body, expected) in [
            (json!({"error": "invalid_grant"}), " (invalid_grant)"),
            (
                json!({"error": "invalid_grant", "error_description": "Code not valid"}),
                " (invalid_grant), it said \"Code not valid\"",
            ),
            (
                json!({"error": {"message": "used", "type": "OAuthException", "code": 100}}),
                " (OAuthException 100), it said \"used\"",
            ),
            (json!({"error": {"code": 7}}), " (7)"),
            (json!({"error": 100_019, "error_description": "code is reused"}), " (100019), it said \"code is reused\""),
            (json!({"error": ["a", "b"]}), " (a)"),
            (json!({"error": true}), ""),
            (json!({"error": false, "message": "x y"}), ", it said \"x y\""),
            (json!({"error": "Bad <b>"}), ", it said \"Bad <b>\""),
            (json!({"error": "Bad thing!", "error_description": "no"}), ", it said \"Bad thing!: no\""),
            (json!({"ok": false, "error": "bad_code"}), " (bad_code)"),
            (json!({"ok": false}), ""),
            (json!({"success": false, "message": "gone"}), ", it said \"gone\""),
            (json!({"errcode": 40029, "errmsg": "invalid code"}), " (40029), it said \"invalid code\""),
            (json!({"error_description": "alone"}), ", it said \"alone\""),
            (json!({"error_code": 21325}), " (21325)"),
            (
                json!({"error_type": "OAuthException", "code": 400, "error_message": "No"}),
                " (OAuthException 400), it said \"No\"",
            ),
            (json!({"errors": [{"code": "E1", "message": "m"}]}), " (E1), it said \"m\""),
        ] {
            let text = body.to_string();
            assert_eq!(described(400, "application/json", &text).as_deref(), Some(expected), "{body}");
            assert_eq!(described(400, "text/html", &text).as_deref(), Some(expected), "{body}");
            assert_eq!(described(200, "application/json", &text).as_deref(), Some(expected), "{body}");
        }
        let padded = "callback( {\"error\":100019,\"error_description\":\"code is reused error\"} );";
        assert_eq!(described(200, "text/html", padded).as_deref(), Some(" (100019), it said \"code is reused error\""));
        let form = "error=incorrect_client_credentials&error_description=a+b";
        let expected = " (incorrect_client_credentials), it said \"a b\"";
        assert_eq!(described(200, "application/x-www-form-urlencoded; charset=utf-8", form).as_deref(), Some(expected));
    }

    #[test]
    fn other_responses_have_no_error() {
        for body in [
            "{}",
            "[]",
            "",
            "7",
            "<html>",
            "{\"error\":null}",
            "{\"errcode\":0}",
            "{\"ok\":true}",
            "{\"errors\":[]}",
            "callback({\"access_token\":\"a\"})",
        ] {
            assert_eq!(described(400, "application/json", body), None, "{body}");
        }
        assert_eq!(described(200, "text/html", "{\"error\":\"x\"}"), None, "HTML is accepted in error responses only");
    }

    #[test]
    fn an_error_of_a_resource_is_a_refusal_where_it_blames_the_request() {
        let of = |status: u16, body: &str| resource_fault(&response(status, "application/json", body));
        let facebook = r#"{"error":{"message":"Error validating access token","type":"OAuthException","code":190}}"#;
        for (status, body) in
            [(401, ""), (403, "<html>"), (400, facebook), (404, r#"{"ok":false}"#), (400, r#"{"error":7}"#)]
        {
            assert_eq!(of(status, body), Fault::Refused, "{status} {body}");
        }
        let transient = r#"{"error":{"code":2,"is_transient":true}}"#;
        for (status, body) in
            [(500, facebook), (503, ""), (429, facebook), (400, "{}"), (404, r#"{"message":"x"}"#), (400, transient)]
        {
            assert_eq!(of(status, body), Fault::InvalidResponse, "{status} {body}");
        }
    }

    #[test]
    fn a_temporary_problem_is_recognised() {
        let is_temporary = |body: Value| {
            let error = ProviderError::read(&response(400, "application/json", &body.to_string()));
            error.expect("an error").is_temporary()
        };
        assert!(is_temporary(json!({"error": "temporarily_unavailable"})));
        assert!(is_temporary(json!({"error": {"type": "OAuthException", "code": 2, "is_transient": true}})));
        assert!(is_temporary(json!({"errcode": -1, "errmsg": "system busy"})));
        assert!(!is_temporary(json!({"error": "invalid_grant"})) && !is_temporary(json!({"errcode": 40029})));
    }

    /// A page with very many tags is read once, not once for each tag.
    #[test]
    fn the_text_of_a_page_is_read_in_linear_time() {
        let text = |body: &str| describe_response(&response(500, "text/html", body), &Sent::default());
        assert_eq!(text(&("<a>".repeat(21_000) + "late")), "answered 500, it said \"late\"");
        assert_eq!(text(&("<SCRIPT>x</Script >".repeat(3000) + "late")), "answered 500, it said \"late\"");
        assert_eq!(text(&"<script>".repeat(8000)), "answered 500");
        assert!(text(&"word <b>".repeat(8000)).contains("word word"));
    }

    #[test]
    fn a_response_is_described_by_its_challenge_or_its_text_too() {
        let mut refused = response(401, "application/json", "");
        let challenge = "Bearer realm=\"x\", error=\"invalid_token\", error_description=\"The \\\"token\\\" expired\"";
        refused.headers_mut().insert(header::WWW_AUTHENTICATE, challenge.parse().expect("a header"));
        let text = describe_response(&refused, &Sent::default());
        assert_eq!(text, "answered 401 (invalid_token), it said \"The \\\"token\\\" expired\"");
        let page = "<html><head><title>x</title></head><style>a{}</style><body><h1>We are sorry...</h1><p>Invalid redirect uri\n";
        let text = describe_response(&response(400, "text/html", page), &Sent::default());
        assert_eq!(text, "answered 400, it said \"We are sorry... Invalid redirect uri\"");
        assert_eq!(describe_response(&response(503, "text/html", "<html>"), &Sent::default()), "answered 503");
        assert_eq!(describe_response(&response(400, "application/json", "{}"), &Sent::default()), "answered 400");
    }
}
