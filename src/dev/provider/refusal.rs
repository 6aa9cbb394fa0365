//! The error responses of the pretend provider.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::json;

/// An error response of the token endpoint (RFC 6749 §5.2).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenRefusal {
    error: &'static str,
    description: &'static str,
}

impl TokenRefusal {
    /// The request is malformed, or a parameter is missing.
    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self { error: "invalid_request", description }
    }

    /// Client authentication failed: `invalid_client`.
    pub(super) fn invalid_client() -> Self {
        Self { error: "invalid_client", description: "unknown client, wrong secret, or none" }
    }

    /// The authorization code is unknown, expired, already redeemed, or was issued for another request:
    /// `invalid_grant`.
    pub(super) fn invalid_grant(description: &'static str) -> Self {
        Self { error: "invalid_grant", description }
    }

    /// The grant type is not `authorization_code`: `unsupported_grant_type`.
    pub(super) fn unsupported_grant_type() -> Self {
        Self { error: "unsupported_grant_type", description: "only authorization_code" }
    }

    /// The JSON response: 401 for `invalid_client`, otherwise 400.
    pub(super) fn answer(&self) -> HttpResponse {
        let body = json!({"error": self.error, "error_description": self.description});
        let is_client = self.error == "invalid_client";
        let status = if is_client { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        let mut answer = HttpResponse::build(status);
        if is_client {
            answer.insert_header(("WWW-Authenticate", "Basic realm=\"pretend provider\""));
        }
        answer.insert_header(("Cache-Control", "no-store")).json(body)
    }
}

/// An error of the authorization endpoint (RFC 6749 §4.1.2.1).
#[derive(Debug)]
pub(super) enum AuthorizeRefusal {
    /// Shown on a page, because the redirect URI is not verified.
    Here(String),
    /// Sent to the client by a redirect.
    There {
        /// The verified redirect URI.
        redirect_uri: String,
        /// The client's `state`, if it sent one.
        state: Option<String>,
        /// The `error` parameter of the response.
        error: &'static str,
        /// The `error_description` parameter of the response.
        description: &'static str,
    },
}
