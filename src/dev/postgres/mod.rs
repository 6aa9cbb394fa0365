//! A private PostgreSQL: installed on the machine, started for this process, stopped with it.
//!
//! It listens on a Unix socket in a directory of its own, so that there are no port conflicts and no other users. PostgreSQL
//! refuses to run as root; then it is started as another user. It is stopped when its [`Postgres`] is dropped; a watchdog
//! stops it if the process is killed.

mod cluster;
mod failure;
mod home;
mod owner;
mod programs;
mod watchdog;

pub use cluster::{Place, Postgres};
pub use failure::PostgresError;
