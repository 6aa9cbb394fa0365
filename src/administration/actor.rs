//! The actor of an administrative change, for the audit.

use serde_json::{Value, json};

/// How an administrator is authenticated. Neither way distinguishes between persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A caller of the admin API with `admin.token`.
    Token,
    /// A user of the command line, who can read the configuration.
    CommandLine,
}

impl Actor {
    /// The `detail` of the audit row.
    pub fn detail(self) -> Value {
        json!({ "by": match self { Self::Token => "admin.token", Self::CommandLine => "command line" } })
    }
}
