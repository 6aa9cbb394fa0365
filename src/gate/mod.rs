//! May this request pass? What a token or a session is worth at this moment.

mod check;
mod introspect;
mod subject;

pub use check::{Refused, check, live};
pub use introspect::{Introspection, introspect};
pub use subject::subject;
