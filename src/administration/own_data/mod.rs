//! The data that the gateway stores about a user, as a document for that user.

mod document;
#[cfg(feature = "dev")]
mod hot;
mod read;
mod store;

#[cfg(feature = "dev")]
pub use document::OwnData;
#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use read::own_data;
