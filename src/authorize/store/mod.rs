//! The SQL of the tables `authorization_requests` and `authorization_codes`.

mod code;
mod code_of_consent;
#[cfg(feature = "dev")]
mod hot;
mod request;

pub use code::issue_code;
pub use code_of_consent::delete_codes_of_consent;
#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use request::{answer, consume_pushed_request, find, insert, remember};
