//! `/login`: the page of providers, and the start of a login.

mod another_account;
mod chooser;
mod email;
mod not_begun;
mod page;
mod provider;
mod redirect_loop;
mod third_party;
