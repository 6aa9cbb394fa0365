//! The pretend provider: a small OpenID provider with invented people.
//!
//! It checks what a provider checks (client, redirect URI, PKCE, codes that are valid once and for one minute) and responds
//! with the standard's errors. Its people have no passwords: the page at `/authorize` selects a person, or a failure that a
//! frontend should handle. A program can post the page's form as well:
//!
//! ```sh
//! curl --data-urlencode person=ada --data "$QUERY_OF_THE_AUTHORIZATION_URL" "$ISSUER/authorize/decision"
//! ```
//!
//! `person` is `ada`, `grace`, `alan`, or `new` with an `email`; `failure`, if any, `deny`, `slow` or
//! `broken_signature`. The response is the redirect with the code. All state is in memory, and bounded.

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
