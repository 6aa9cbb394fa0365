//! `[providers.<id>]`: the providers at which users sign in. `protocol.rs` begins the validation of one provider.

pub(crate) mod allow;
pub(crate) mod another_account;
pub(crate) mod choice;
pub(crate) mod claims;
pub(crate) mod configured_endpoints;
mod credentials;
mod domains;
pub(crate) mod endpoints;
pub(crate) mod icon;
mod issuer;
pub(crate) mod linking;
mod missing;
pub(crate) mod needs;
pub(crate) mod oauth1;
pub(crate) mod oauth2;
pub(crate) mod oidc;
pub(crate) mod profile;
pub(crate) mod protocol;
pub(crate) mod raw;
pub(crate) mod registration;
mod registration_rules;
mod reserved;
pub(crate) mod shared_domain;
pub(crate) mod shared_redirect;
mod unused_keys;
