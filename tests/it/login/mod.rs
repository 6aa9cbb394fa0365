//! `/login`: the page of providers, and the start of a login.

mod not_begun;
mod page;
mod provider;
mod third_party;
