//! The contexts of the pages: what a template can use. `docs/branding.md` lists them for operators.

pub mod account;
pub mod choose_provider;
pub mod confirm_identity;
pub mod consent;
pub mod cookies_conflict;
pub mod delete_account;
pub mod form_post;
pub mod identities;
pub mod page;
pub mod problem;
pub mod redirects;
pub mod signing_out;
pub mod time;
