//! The composition root: the App, two listeners, the jobs, and a stop that lets running logins finish.
//!
//! A connection is accepted within limits (`limiter`, `descriptors`, `memory`), and lives in a stream of our own
//! (`connection`) under actix-http's HTTP/1 dispatcher. The stream hands over one request at a time (`framing`), knows
//! from the service when its answer ends (`exchange`), and cuts a client that takes too long (`timeouts`). At the limit,
//! idle connections (`activity`) of the network with the most connections (`registry`) are closed to accept new ones.
//! `docs/connections.md` says which limits are upstream's and why ours stand beside them.

mod activity;
mod alarm;
#[cfg(feature = "dev")]
mod bare;
mod body_length;
mod cause;
mod chunked;
mod connection;
mod descriptors;
mod early_answer;
mod early_end;
mod eviction;
mod exchange;
mod framing;
mod gateway;
mod head_line;
mod limiter;
mod listener;
mod memory;
mod owed;
mod registry;
mod start;
mod timeouts;
mod warnings;

#[cfg(feature = "dev")]
pub use bare::serve_bare;
pub use descriptors::TooFewDescriptors;
pub use early_end::end_process_one;
pub use gateway::{EndSignals, Server, serve};
pub use listener::Bounds;
pub use start::StartError;
pub use timeouts::Timeouts;
