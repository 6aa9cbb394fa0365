//! The SQL of the tables `client_assertions` and `clients_by_url`.

mod assertion;
mod by_url;
#[cfg(feature = "dev")]
mod hot;

pub use assertion::use_assertion;
pub use by_url::{AgreedClient, Agreement, agreed, authenticates, note_agreement};
#[cfg(feature = "dev")]
pub use hot::{hot_statements, rare_statements};
