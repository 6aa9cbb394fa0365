//! The rows of authorization requests and authorization codes, before they are stored. `authorize` stores them by
//! themselves, `login` in one statement with a login.

mod code;
mod request;
mod rows;

pub use code::{NewCode, PreparedAnswer};
pub use request::{LoginFor, NewRequest, StoredRequest};
pub(crate) use rows::{code_rows, request_rows};
