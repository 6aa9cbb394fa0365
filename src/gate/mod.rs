//! Checks whether a token or a session is valid now, for our own endpoints and for introspection.

mod check;
mod introspect;
mod subject;

pub use check::{AccessTokenError, check, live_with, seen};
pub use introspect::introspect;
pub use subject::subject;
