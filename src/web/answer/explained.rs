//! The refusal of a parameter of an app's request, with words for the developer of the app.

use super::refusals::Refusal;

/// A refusal of an app's request, with the parameter that caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppRefusal {
    /// The refusal that the text explains.
    pub refusal: Refusal,
    /// The name of the parameter, or of the header.
    pub parameter: &'static str,
    /// The `error_description`: printable ASCII without quotes and backslashes (RFC 6749 §5.2).
    pub description: &'static str,
}

impl AppRefusal {
    /// The refusal of a parameter.
    pub const fn new(refusal: Refusal, parameter: &'static str, description: &'static str) -> Self {
        Self { refusal, parameter, description }
    }
}
