//! Who may use us: the apps and services of the configuration, and the one public client that is built in.

mod downstream;
mod lockout;
mod registry;

pub use downstream::{Client, Match};
pub use registry::{Presented, Refused, Registry};
