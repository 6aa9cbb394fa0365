//! `/login`: the page of providers, and the start of a login.

mod page;
mod provider;
