//! The providers that people are sent to, and everything that is foreign about them.
//!
//! A conversation has two steps. [`Provider::begin`] says where to send the browser and what to keep until it comes
//! back; [`Provider::finish`] takes what it brought, asks the provider, and gives an [`Identity`] or a [`Failure`].
//! Nothing that a provider says leaves this room before it was verified, cleaned and bounded.

mod claims;
mod failure;
mod handshake;
mod identity;
mod oidc;
mod provider;
mod recognise;
mod registry;
mod store;
mod text;

pub use failure::{Failure, Fault, Stage};
pub use handshake::{Answer, Begun, Handshake, Hints, LoggedOut, Request};
pub use identity::{Identity, ProviderTokens};
pub use oidc::Oidc;
pub use provider::Provider;
pub use recognise::{Unrecognised, profile_of, recognise};
pub use registry::Registry;
