//! By which way an administrator came, for the audit.

use serde_json::{Value, json};

/// Who acts. There is one administrator's token and one command line; neither tells people apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Whoever has `admin.token`.
    Token,
    /// Whoever has the configuration.
    CommandLine,
}

impl By {
    /// What the audit row says.
    pub fn detail(self) -> Value {
        json!({ "by": match self { Self::Token => "admin.token", Self::CommandLine => "command line" } })
    }
}
