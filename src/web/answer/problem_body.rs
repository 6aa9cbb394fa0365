//! The members of `application/problem+json` (RFC 9457).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::refusals::Refusal;

/// An error (RFC 9457).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem", extend("example" = {
    "type": "about:blank",
    "title": "Unknown provider",
    "status": 404,
    "detail": "There is no such way to sign in here.",
    "code": "unknown_provider",
    "reference": "k3f9-2mxq",
}))]
pub struct ProblemBody<'a> {
    /// Always `about:blank`: `code` tells errors apart.
    #[schemars(extend("format" = "uri-reference"))]
    pub r#type: &'static str,
    pub title: &'static str,
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
    /// One sentence for people, and advice for developers.
    pub detail: String,
    #[schemars(with = "ProblemCode")]
    pub code: &'static str,
    /// Identifies the login, so that an operator can look up its steps; without a login, the id of the request in the log. Answers of
    /// the admin listener have none.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub reference: &'a str,
    /// With `insufficient_user_authentication`, where no provider of the user shows a fresh login.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uri"))]
    pub confirm_url: Option<&'a str>,
    /// At `/verify`, the address of the login.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uri"))]
    pub login_url: Option<&'a str>,
}

/// The codes of all refusals.
struct ProblemCode;

impl JsonSchema for ProblemCode {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let codes = distinct(Refusal::ALL.iter().map(|refusal| refusal.text().code));
        json_schema!({ "type": "string", "description": "Stable; for programs.", "enum": codes })
    }
}

/// The words in the order of their first place.
pub(super) fn distinct(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut found = Vec::new();
    words.for_each(|word| {
        if !found.contains(&word) {
            found.push(word);
        }
    });
    found
}
