//! The parameters of the authorization request that the gateway itself sets.

/// Names in lower case; [`is_reserved`] ignores the letter case (RA-16).
const RESERVED: [&str; 11] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
];

/// Whether Vestibule itself sets the parameter of that name, in any letter case.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name.to_ascii_lowercase().as_str())
}
