//! A private PostgreSQL: found on the machine, started for us alone, gone when we are.
//!
//! It listens on a Unix socket in a directory of its own, so there is no port to collide and nobody else to let in.
//! PostgreSQL refuses to run as root; there it is started as another user. Nothing is left behind: it is stopped when
//! its [`Postgres`] is dropped, and a watchdog stops it when the whole process was killed.

mod cluster;
mod failure;
mod home;
mod owner;
mod programs;
mod watchdog;

pub use cluster::{Place, Postgres};
pub use failure::PostgresError;
