//! The results of probing a provider.

use serde::Serialize;

/// The subject of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Whether the provider can be reached and its certificate is trusted.
    Reachable,
    /// Whether the metadata is readable and names the configured issuer.
    Discovery,
    /// Whether the key set (RFC 7517) has a usable key.
    Keys,
    /// Whether the provider signs ID tokens with an accepted algorithm.
    Algorithms,
    /// Proof Key for Code Exchange (RFC 7636).
    Pkce,
    /// The `iss` parameter of authorization responses (RFC 9207).
    Iss,
    /// Whether the metadata lists the configured scopes.
    Scopes,
    /// Pushed authorization requests (RFC 9126).
    PushedAuthorization,
    /// RP-initiated and back-channel logout.
    Logout,
    /// The difference between the clocks of provider and gateway.
    Clock,
    /// How the client authenticates at the token endpoint.
    AuthMethod,
    /// Whether the provider accepts the client authentication.
    Client,
    /// Whether the provider knows the redirect URI, and accepts the authorization request of a login.
    RedirectUri,
    /// Whether the stored identities are of the configured issuer.
    Identities,
}

impl Check {
    /// The name in the text output.
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
            Self::AuthMethod => "authentication",
            Self::Client => "client",
            Self::RedirectUri => "redirect URI",
            Self::Identities => "identities",
        }
    }
}

/// The effect of a finding on logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeOutcome {
    /// The check found no problem.
    Good,
    /// Informative; no action is needed.
    Note,
    /// Logins may fail; the operator should check the finding.
    Warning,
    /// Logins fail, or will fail.
    Failed,
}

impl ProbeOutcome {
    /// The name in the text output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

/// One result. The text is for the operator and contains no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The subject of the check.
    pub check: Check,
    /// The effect on logins.
    #[serde(rename = "verdict")]
    pub outcome: ProbeOutcome,
    /// An explanation, with the remedy if there is one.
    #[serde(rename = "said")]
    pub text: String,
}

impl Finding {
    /// A finding with [`ProbeOutcome::Good`].
    pub fn good(check: Check, text: impl Into<String>) -> Self {
        Self { check, outcome: ProbeOutcome::Good, text: text.into() }
    }

    /// A finding with [`ProbeOutcome::Note`].
    pub fn note(check: Check, text: impl Into<String>) -> Self {
        Self { check, outcome: ProbeOutcome::Note, text: text.into() }
    }

    /// A finding with [`ProbeOutcome::Warning`].
    pub fn warning(check: Check, text: impl Into<String>) -> Self {
        Self { check, outcome: ProbeOutcome::Warning, text: text.into() }
    }

    /// A finding with [`ProbeOutcome::Failed`].
    pub fn failed(check: Check, text: impl Into<String>) -> Self {
        Self { check, outcome: ProbeOutcome::Failed, text: text.into() }
    }
}
