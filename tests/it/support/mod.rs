//! The real gateway on a loopback port, with a database of its own, a provider that does as it is told, and browsers.

mod answer;
mod browser;
mod cluster;
mod database;
mod gateway;
mod log;
mod raw;
mod setup;

pub use answer::{Answer, parameter};
pub use browser::{Ask, Begun, Browser};
pub use cluster::{Cluster, ring_key};
pub use database::{Database, hexadecimal};
pub use gateway::Gateway;
pub use log::LogCapture;
pub use raw::{raw, sign, sign_as};
pub use setup::{CLIENT_SECRET, Setup};
