//! The pretend provider: a small but honest OpenID provider, whose people are made up.
//!
//! It checks what a provider checks (client, redirect URI, PKCE, codes that work once and for a minute) and refuses
//! with the standards' errors. Only its people need no password: the page at `/authorize` asks whom to be, and offers
//! the failures that a frontend should handle. Its form can be posted by a program as well:
//!
//! ```sh
//! curl --data-urlencode person=ada --data "$QUERY_OF_THE_AUTHORIZATION_URL" "$ISSUER/authorize/decision"
//! ```
//!
//! `person` is `ada`, `grace`, `alan`, or `new` with an `email`; `failure`, if any, `deny`, `slow` or
//! `broken_signature`. The answer is the redirect with the code. Everything is kept in memory, and bounded.

mod authorize;
mod client;
mod decide;
mod logout;
mod memory;
mod metadata;
mod pages;
mod params;
mod people;
mod refusal;
mod running;
mod signing;
mod state;
#[cfg(test)]
mod tests;
mod token;
mod userinfo;

pub use client::Client;
pub use running::{Provider, Settings, serve};
