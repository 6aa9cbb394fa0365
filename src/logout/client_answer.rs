//! Describes, for the operator, the answer of a client that does not accept a logout token. The answer may repeat what
//! was sent.

use crate::upstream::{ProviderError, Sent};

/// How much of an answer is read, in bytes.
const MAX_READ: usize = 4 * 1024;

/// The status, and what the client says: `error` and `error_description` (OpenID Connect Back-Channel Logout 1.0 §2.8), or the first
/// words, by the rules for what a provider says. Neither the logout token nor e-mail addresses are in it.
pub(super) fn describe(mut answer: http::Response<Vec<u8>>, logout_token: &str) -> String {
    answer.body_mut().truncate(MAX_READ);
    let mut sent = Sent::default();
    sent.add(logout_token);
    logout_token.split('.').for_each(|part| sent.add(part));
    let first_words = || ProviderError::new("", Some(&String::from_utf8_lossy(answer.body())));
    let description = ProviderError::find(&answer).unwrap_or_else(first_words).describe(&sent);
    let redirect = if answer.status().is_redirection() { "; redirects are not followed" } else { "" };
    format!("answered {}{redirect}{description}", answer.status().as_u16())
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;

    const TOKEN: &str = "eyJ0eXAiOiJsb2dvdXQrand0IiwiYWxnIjoiRVMyNTYifQ.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZSIsInNpZCI6IjEifQ.\
                         c2lnbmF0dXJlLW9mLTY0LWJ5dGVzLXdoaWNoLWlzLW5vdC1yZWFs";

    fn described(status: u16, media_type: &str, body: &str) -> String {
        let answer = http::Response::builder().status(status).header(CONTENT_TYPE, media_type);
        describe(answer.body(body.as_bytes().to_vec()).expect("an answer"), TOKEN)
    }

    #[test]
    fn an_answer_is_its_status_and_what_it_says() {
        const JSON: &str = "application/json";
        let pac4j =
            r#"{"error": "invalid_request", "error_description": "JOSE header typ (type) logout+jwt not allowed"}"#;
        for (status, media_type, body, expected) in [
            (500, "text/plain", "", "answered 500"),
            (302, "text/plain", "", "answered 302; redirects are not followed"),
            (400, JSON, r#"{"error": "invalid_request"}"#, "answered 400 (invalid_request)"),
            (
                400,
                JSON,
                pac4j,
                "answered 400 (invalid_request), it said \"JOSE header typ (type) logout+jwt not allowed\"",
            ),
            (400, JSON, r#"{"error": "Bad Token", "error_description": ""}"#, "answered 400 (Bad Token)"),
            (501, "text/plain", "Not\n implemented ", "answered 501, it said \"Not implemented\""),
            (400, JSON, r#"["no"]"#, "answered 400, it said \"[\\\"no\\\"]\""),
            (400, JSON, r#"{"why": "no"}"#, "answered 400, it said \"{\\\"why\\\": \\\"no\\\"}\""),
            (403, "text/html", "<h1>CSRF token missing</h1>", "answered 403, it said \"CSRF token missing\""),
        ] {
            assert_eq!(described(status, media_type, body), expected, "{body}");
        }
        let long = format!("{{\"error\": \"{}\"}}", "x".repeat(MAX_READ));
        assert!(described(400, JSON, &long).len() < 300, "{}", described(400, JSON, &long));
    }

    #[test]
    fn the_logout_token_and_addresses_are_replaced() {
        let [header, payload, signature] = [0, 1, 2].map(|part| TOKEN.split('.').nth(part).unwrap_or_default());
        for (part, expected) in [
            (TOKEN, "[sent value]"),
            (header, "[sent value]"),
            (payload, "[sent value]"),
            (signature, "[sent value]"),
            ("alice@shop.example", "[e-mail address]"),
            ("alice+tag%40shop.example", "[e-mail address]"),
        ] {
            let words = format!("answered 400, it said \"no: {expected}, sorry\"");
            let description = format!("no: {part}, sorry");
            assert_eq!(described(400, "text/plain", &description), words);
            assert_eq!(described(400, "text/html", &format!("<p>{description}</p>")), words);
            let json = serde_json::json!({ "error_description": description }).to_string();
            assert_eq!(described(400, "application/json", &json), words);
        }
    }
}
