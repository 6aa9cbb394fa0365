//! `/account`: the page with a user's sessions and identities.

mod identities;
mod sessions;
mod shown_to;
