//! The providers that people are sent to, and everything that is foreign about them.
//!
//! A conversation has two steps. [`Provider::begin`] says where to send the browser and what to keep until it comes
//! back; [`Provider::finish`] takes what it brought, asks the provider, and gives an [`Identity`] or a [`Failure`].
//! Nothing that a provider says leaves this room before it was verified, cleaned and bounded.

mod ask;
mod authorized;
mod breaker;
mod claims;
mod client_authentication;
mod failure;
mod handshake;
mod identity;
mod line;
mod numeric_date;
mod oauth1;
mod oauth2;
mod oauth_error;
mod oidc;
mod probe;
mod profile_calls;
mod provider;
mod recognise;
mod registry;
mod renewal;
mod revocation;
mod signed_jwt;
mod store;
mod text;
mod token_answer;

pub use failure::{Failure, Fault, Stage};
pub use handshake::{Answer, Begun, Handshake, Hints, LoggedOut, Request, RequestToken};
pub use identity::{Identity, ProviderTokens};
pub use oauth1::OAuth1;
pub use oauth2::OAuth2;
pub use oidc::Oidc;
pub use probe::{Check, Finding, Verdict, probe};
pub use provider::Provider;
pub use recognise::{Supposed, Unrecognised, recognise};
pub use registry::Registry;
pub use renewal::{IdTokenMark, Renewal, TokenTypeHint, longest_renewal};
pub use text::is_error_code;
