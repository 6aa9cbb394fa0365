//! The foundation of every layer: the database, the HTTP client, the clock, secrets, ids and events.

pub mod audit;
pub mod backoff;
pub mod clock;
pub mod content_hash;
pub mod db;
pub mod estimate;
pub mod event;
#[cfg(feature = "dev")]
pub(crate) mod explain;
#[cfg(feature = "dev")]
pub mod hot;
pub mod id;
pub mod jws;
pub mod lenient_json;
pub mod listener;
pub mod log_limit;
pub mod log_writer;
pub mod measure;
pub mod migrate;
pub mod network;
pub mod once_per;
pub mod outbound;
pub mod proxies;
mod response_body;
pub mod rsa_strength;
pub(crate) mod schema;
pub mod seal;
pub mod secret;
pub mod statement;
pub mod tls;
pub(crate) mod words;
