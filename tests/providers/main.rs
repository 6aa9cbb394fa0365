//! Logins at emulations of providers, over HTTP, each written from public documentation: GitHub (OAuth 2.0), a provider of
//! OAuth 1.0a that is proven by an independent client, Apple and Microsoft Entra.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod apple;
mod documented;
mod entra;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod github;
mod hanging;
mod kept;
mod oauth1;
mod oauth2;
mod peer;
mod photos;
mod pushed;
mod quiet;
mod signing_key;
mod site;
#[path = "../gateway/support/mod.rs"]
mod support;
