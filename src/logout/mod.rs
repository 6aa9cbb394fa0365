//! The ways to ask for the end of a session.

mod elsewhere;
mod local;

pub use elsewhere::{all, one, others};
pub use local::local;
