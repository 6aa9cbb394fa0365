//! What was found at a provider.

use serde::Serialize;

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Whether it can be reached, and its certificate is one to be believed.
    Reachable,
    /// Its metadata: whether it can be read, and is the configured issuer's.
    Discovery,
    /// Its key set.
    Keys,
    /// What it signs ID tokens with.
    Algorithms,
    /// PKCE (RFC 7636).
    Pkce,
    /// The `iss` parameter of its answers (RFC 9207).
    Iss,
    /// Whether it knows what is asked for.
    Scopes,
    /// Pushed authorization requests (RFC 9126).
    PushedAuthorization,
    /// Signing out there.
    Logout,
    /// How far its clock is from ours.
    Clock,
    /// Whether it takes us for its client.
    Client,
}

impl Check {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Algorithms => "algorithms",
            Self::Pkce => "PKCE",
            Self::Iss => "iss parameter",
            Self::Scopes => "scopes",
            Self::PushedAuthorization => "PAR",
            Self::Logout => "logout",
            Self::Clock => "clock",
            Self::Client => "client",
        }
    }
}

/// What it means for logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Worth knowing; nothing needs to be done.
    Note,
    /// Logins work, or it cannot be told; look at it.
    Warning,
    /// Logins fail, or will.
    Failed,
}

impl Verdict {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

/// One thing that was found. The words are for the operator and hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// What it means.
    pub verdict: Verdict,
    /// In words, with the remedy where there is one.
    pub said: String,
}

impl Finding {
    /// As it should be.
    pub fn good(check: Check, said: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Good, said: said.into() }
    }

    /// Worth knowing.
    pub fn note(check: Check, said: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Note, said: said.into() }
    }

    /// Worth a look.
    pub fn warning(check: Check, said: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warning, said: said.into() }
    }

    /// Logins fail.
    pub fn failed(check: Check, said: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Failed, said: said.into() }
    }
}
