//! What is measured, one endpoint a file: who asks, and what could be had at the most.

mod begin;
mod complete;
mod jwks;
mod refresh;
mod scenario;
mod session;

pub use begin::begin;
pub use complete::complete;
pub use jwks::jwks;
pub use refresh::{Chains, refresh};
pub use scenario::{Limit, Scenario, fixed};
pub use session::session;
