//! The warnings of `vestibule config check`: settings that are valid, and that are a risk or probably not intended.
//!
//! Each file has the warnings of one subject, as functions over the validated configuration and the places of its keys.

mod clients;
mod collect;
mod database;
mod readable_files;
mod server;
mod sharing;
mod sites;
mod sources;
mod tokens;
mod verify;

pub use sources::warnings;
