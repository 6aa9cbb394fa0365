//! What an access token contains.

mod claims;
