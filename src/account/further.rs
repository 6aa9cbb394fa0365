//! The claims of the scope `profile` that are released at userinfo only (OpenID Connect Core §5.1, §5.4).

use serde_json::{Map, Value};
use url::Url;

/// The size limit of all of them as JSON, in bytes.
const MAX_BYTES: usize = 2048;
/// The longest text and the longest URL, in characters.
const MAX_TEXT: usize = 256;
const MAX_URL: usize = 1024;

/// The names, in the order in which they are taken, and whether a value is valid.
const FURTHER: [(&str, fn(&Value) -> bool); 9] = [
    ("given_name", is_text),
    ("family_name", is_text),
    ("middle_name", is_text),
    ("nickname", is_text),
    ("zoneinfo", is_text),
    ("locale", is_text),
    ("updated_at", Value::is_number),
    ("profile", is_url),
    ("website", is_url),
];

/// The names of these claims.
pub fn further_names() -> impl Iterator<Item = &'static str> {
    FURTHER.into_iter().map(|(name, _)| name)
}

/// Those of a provider's claims that are valid. What is of another type or too long is left out, and so is what exceeds the
/// size limit of all.
pub fn further(claims: &Value) -> Map<String, Value> {
    let mut taken = Map::new();
    // The braces; then of each member the name, the value and `"":,`.
    let mut bytes = 2;
    for (name, is_valid) in FURTHER {
        let Some(value) = claims.get(name).filter(|value| is_valid(value)) else { continue };
        let more = name.len() + value.to_string().len() + 4;
        if bytes + more <= MAX_BYTES {
            bytes += more;
            taken.insert(name.to_owned(), value.clone());
        }
    }
    taken
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty() && text.chars().count() <= MAX_TEXT)
}

fn is_url(value: &Value) -> bool {
    let is_http = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    value.as_str().is_some_and(|text| text.chars().count() <= MAX_URL && is_http(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn valid_claims_are_taken_and_others_are_left_out() {
        let claims = json!({
            "given_name": "Ada", "family_name": "Lovelace", "middle_name": "", "nickname": 7, "zoneinfo": "x".repeat(257),
            "locale": "en-GB", "profile": "https://ada.example/", "website": "javascript:alert(1)", "updated_at": 1_700_000_000,
            "name": "Ada Lovelace", "birthdate": "1815-12-10", "gender": "female", "address": {"country": "GB"},
        });
        let expected = json!({
            "given_name": "Ada", "family_name": "Lovelace", "locale": "en-GB", "profile": "https://ada.example/",
            "updated_at": 1_700_000_000,
        });
        assert_eq!(Value::Object(further(&claims)), expected);
        for (name, value, is_taken) in [
            ("given_name", json!("é".repeat(256)), true),
            ("given_name", json!("é".repeat(257)), false),
            ("given_name", json!("  "), false),
            ("family_name", json!(["Lovelace"]), false),
            ("locale", json!(null), false),
            ("locale", json!({"de": true}), false),
            ("updated_at", json!("2026-01-01T00:00:00Z"), false),
            ("updated_at", json!(1_700_000_000.5), true),
            ("website", json!("http://ada.example"), true),
            ("website", json!("ada.example"), false),
            ("profile", json!(format!("https://a.example/{}", "x".repeat(1006))), true),
            ("profile", json!(format!("https://a.example/{}", "x".repeat(1007))), false),
            ("profile", json!("mailto:ada@example.com"), false),
        ] {
            assert_eq!(further(&json!({ name: value })).contains_key(name), is_taken, "{name} {value}");
        }
        assert!(further(&json!([])).is_empty() && further(&Value::Null).is_empty());
    }

    #[test]
    fn all_of_them_have_at_most_two_kibibytes() {
        let long = json!("é".repeat(256));
        let url = json!(format!("https://a.example/{}", "x".repeat(1000)));
        let all: Map<String, Value> = further_names()
            .map(|name| {
                let value = if matches!(name, "profile" | "website") { &url } else { &long };
                (name.to_owned(), value.clone())
            })
            .collect();
        let taken = further(&Value::Object(all));
        assert!(json!(taken).to_string().len() <= MAX_BYTES && taken.len() == 3, "{taken:?}");
    }
}
