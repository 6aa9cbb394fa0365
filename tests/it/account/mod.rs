//! `/account`: the page with a user's sessions and identities.

mod data;
mod further_claims;
mod identities;
mod oauth_identity;
mod sessions;
mod shown_to;
