//! May this request pass? What a token or a session is worth at this moment.

mod check;
mod introspect;

pub use check::{Refused, check, live};
pub use introspect::{Introspection, introspect};
