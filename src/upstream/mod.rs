//! The providers that people are sent to, and everything that is foreign about them.

mod failure;
mod handshake;
mod identity;

pub use failure::{Failure, Fault, Stage};
pub use handshake::{Answer, Begun, Handshake, Hints, Request};
pub use identity::{Identity, ProviderTokens};
