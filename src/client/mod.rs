//! OAuth clients: those of the configuration, the built-in public client of the browser flow and the SPA flow, and those that are
//! identified by the URL of a document.

mod assertion;
mod by_url;
mod client_ref;
mod downstream;
mod grant_type;
mod lockout;
mod presented_secret;
mod registry;
mod store;

pub use assertion::{ASSERTION_TYPE, Assertion, Audiences, verify_by_keys};
pub use by_url::{Asker, ByUrl, ClientKeys, DocumentError};
pub use client_ref::ClientRef;
pub use downstream::{Client, Match, SelfDescription};
pub use grant_type::GrantType;
pub use presented_secret::PresentedSecret;
pub use registry::{ClientAuthError, Presented, Proof, Registry};
pub use store::{AgreedClient, Agreement, agreed, authenticates, note_agreement, use_assertion};
#[cfg(feature = "dev")]
pub use store::{hot_statements, rare_statements};
