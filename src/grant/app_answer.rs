//! An authorization response, and how the browser takes it to the app.

use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

use crate::base::secret::Plain;
use crate::config::with_query;

/// The `response_mode` of an authorization request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerMode {
    /// In the query of the redirect URI, by a redirect. The default for a code.
    #[default]
    Query,
    /// In a form that the browser posts to the redirect URI (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// An authorization response (RFC 6749 §4.1.2, RFC 9207). It may contain a code, so it has no `Debug`.
pub struct AppAnswer {
    /// The `client_id` of the app.
    pub client_id: String,
    /// The redirect URI, validated.
    pub redirect_uri: String,
    /// How the browser takes it there.
    pub mode: AnswerMode,
    /// The parameters, in the order in which they are sent.
    pub parameters: Vec<(&'static str, Plain)>,
}

impl AppAnswer {
    /// The redirect URI with the parameters in its query.
    pub fn location(&self) -> Plain {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.parameters.iter().map(|(name, value)| (name, value.expose())));
        // A browser keeps the fragment of the previous URL if the new one has none (RFC 9700 §4.1.3).
        let fragment = if self.redirect_uri.starts_with("http") { "#" } else { "" };
        Plain::new(with_query(&self.redirect_uri, &query.finish()) + fragment)
    }
}
