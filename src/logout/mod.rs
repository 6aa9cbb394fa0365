//! The ways to ask for the end of a session.

mod local;

pub use local::local;
