//! Token responses (RFC 6749 §5.1): of the token endpoint, of `/session/token` and of provider tokens; and error responses.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

/// The members of a token response; `None` is left out.
#[derive(Default, Serialize)]
pub struct TokenResponse<'a> {
    pub access_token: &'a str,
    pub token_type: &'a str,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<&'a str>,
    /// RFC 8693 §2.2.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'a str>,
    /// The secret of an OAuth 1.0a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_secret: Option<&'a str>,
    /// The provider that issued the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<&'a str>,
}

impl TokenResponse<'_> {
    /// The answer of the token endpoint. `Cache-Control: no-store` is on every answer.
    pub fn of_token_endpoint(&self) -> HttpResponse {
        let mut answer = HttpResponse::Ok().json(self);
        answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        answer
    }
}

/// An error response (RFC 6749 §5.2).
#[derive(Serialize)]
pub struct ErrorResponse<'a> {
    pub error: &'a str,
    pub error_description: &'a str,
}

/// An access token: a text, which `docs/openapi.yaml` describes in one place.
pub struct AccessTokenText;

impl JsonSchema for AccessTokenText {
    fn schema_name() -> Cow<'static, str> {
        "AccessToken".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "$ref": "#/components/schemas/AccessToken" })
    }
}
