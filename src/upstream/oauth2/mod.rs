//! OAuth 2.0 as a client (RFC 6749), for providers with a proprietary profile API.
//!
//! `begin` builds the authorization request, `token_request` redeems codes and refresh tokens, both with the crate `oauth2`.
//! The profile requests and the reading of claims are shared with OAuth 1.0a, in the parent module.

mod begin;
mod client;
mod library;
mod token_request;

pub use client::OAuth2;
