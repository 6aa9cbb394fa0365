//! What the pretend provider answers when it refuses.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::json;

/// A refusal of the token endpoint (RFC 6749 §5.2).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenRefusal {
    error: &'static str,
    description: &'static str,
}

impl TokenRefusal {
    /// The request is malformed.
    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self { error: "invalid_request", description }
    }

    /// The client is not who it says.
    pub(super) fn invalid_client() -> Self {
        Self { error: "invalid_client", description: "unknown client, wrong secret, or none" }
    }

    /// The code is not good for this.
    pub(super) fn invalid_grant(description: &'static str) -> Self {
        Self { error: "invalid_grant", description }
    }

    /// There is one grant type only.
    pub(super) fn unsupported_grant_type() -> Self {
        Self { error: "unsupported_grant_type", description: "only authorization_code" }
    }

    /// The answer.
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

/// A refusal of the authorization endpoint (RFC 6749 §4.1.2.1).
#[derive(Debug)]
pub(super) enum AuthorizeRefusal {
    /// Shown here, since nobody proved where else it could be sent.
    Here(String),
    /// Sent to the client.
    There {
        /// The proven redirect URI.
        redirect_uri: String,
        /// The client's `state`, if it sent one.
        state: Option<String>,
        /// The error code.
        error: &'static str,
        /// In words.
        description: &'static str,
    },
}
