//! Who may use us: the apps and services of the configuration, and the one public client that is built in.

mod assertion;
mod downstream;
mod lockout;
mod registry;
mod store;

pub use assertion::{ASSERTION_TYPE, Assertion};
pub use downstream::{Client, Match};
pub use registry::{Presented, Proof, Refused, Registry};
pub use store::{prune_assertions, use_assertion};
