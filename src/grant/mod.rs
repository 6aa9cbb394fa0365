//! The rows of authorization requests and authorization codes, before they are stored. `authorize` stores them by
//! themselves, `login` in one statement with a login.

mod app_answer;
mod code;
mod request;
mod rows;

pub use app_answer::{AnswerMode, AppAnswer};
pub use code::{NewCode, PreparedAnswer};
pub use request::{LoginFor, NewRequest, StoredRequest};
pub(crate) use rows::{code_rows, request_rows};
