//! The claims of access tokens.

mod claims;
