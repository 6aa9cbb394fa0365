//! OAuth clients: those of the configuration, and the built-in public client of the browser flow and the SPA flow.

mod assertion;
mod downstream;
mod grant_type;
mod lockout;
mod presented_secret;
mod registry;
mod store;

pub use assertion::{ASSERTION_TYPE, Assertion, Audiences};
pub use downstream::{Client, Match};
pub use grant_type::GrantType;
pub use presented_secret::PresentedSecret;
pub use registry::{ClientAuthError, Presented, Proof, Registry};
#[cfg(feature = "dev")]
pub use store::hot_statements;
pub use store::use_assertion;
