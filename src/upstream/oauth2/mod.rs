//! OAuth 2.0, as a client (RFC 6749), at providers that say who somebody is by an API of their own.
//!
//! `oauth2` does the protocol: `begin` makes the authorization request, `exchange` redeems the code. What is left of
//! a login has its place outside, since OAuth 1.0a needs it too: the profile calls, and how claims are read.

mod begin;
mod client;
mod exchange;
mod library;

pub use client::OAuth2;
