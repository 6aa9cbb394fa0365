//! `/account`: the page with a user's sessions and identities.

mod apps;
mod data;
mod delete;
mod further_claims;
mod identities;
mod lists;
mod oauth_identity;
mod sessions;
mod shown_to;
