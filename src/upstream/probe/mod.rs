//! Probing a provider without a login: `vestibule config check --probe`.
//!
//! A probe needs neither the database nor a running gateway, redeems no real code, and reports no secret. Its results are
//! [`Finding`]s. Documents of OpenID providers are validated by the code that a login uses.

mod addresses;
mod credentials;
mod end_session;
mod finding;
mod oauth1;
mod oidc;
mod probe_client;
mod redirect_uri;
mod run;

pub use addresses::Addresses;
pub use finding::{Check, Finding, ProbeOutcome};
pub use run::probe;
