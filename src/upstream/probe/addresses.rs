//! The addresses that a probe checks.

/// The addresses of the gateway that a provider redirects browsers to.
pub struct Addresses {
    /// The redirect URI of a login.
    pub callback: String,
    /// The redirect URI of a logout.
    pub logout_callback: String,
}
