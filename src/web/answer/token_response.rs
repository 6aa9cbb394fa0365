//! Token responses (RFC 6749 §5.1): of the token endpoint, of `/session/token` and of provider tokens; and error responses.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::problem_body::distinct;
use super::refusals::Refusal;
use crate::authorize::OAuthError;

/// The members of a token response; `None` is left out.
#[derive(Default, Serialize)]
pub struct TokenResponse<'a> {
    pub access_token: &'a str,
    pub token_type: &'a str,
    /// The lifetime of the access token, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<&'a str>,
    /// The type of the token, after a token exchange (RFC 8693 §2.2.1).
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
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OauthError")]
pub struct ErrorResponse<'a> {
    #[schemars(with = "ErrorWord")]
    pub error: &'a str,
    /// For the developer of the app: printable ASCII without quotes and backslashes.
    pub error_description: &'a str,
}

/// The values of `error`: of refusals, and of authorization requests that are not valid, as `/oauth2/par` answers them.
struct ErrorWord;

impl JsonSchema for ErrorWord {
    fn schema_name() -> Cow<'static, str> {
        "ErrorWord".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let of_refusals = Refusal::ALL.iter().map(|refusal| refusal.text().oauth_error);
        let of_requests = OAuthError::OF_INVALID_REQUESTS.into_iter().map(OAuthError::as_str);
        json_schema!({ "type": "string", "enum": distinct(of_refusals.chain(of_requests)) })
    }
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
