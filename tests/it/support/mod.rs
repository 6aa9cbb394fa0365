//! The real gateway on a loopback port, with a database of its own, a provider with configured answers, and browsers.

mod answer;
pub mod app;
mod browser;
mod cluster;
mod database;
pub mod device;
mod gateway;
mod log;
pub mod logout_apps;
mod operator;
mod page;
pub mod peers;
pub mod person;
mod raw;
mod relay;
pub mod services;
mod setup;
mod wait;

pub use answer::{Answer, parameter};
pub use browser::{Ask, Begun, Browser};
pub use cluster::{Cluster, ring_key};
pub use database::{Database, hexadecimal};
pub use gateway::Gateway;
pub use log::LogCapture;
pub use operator::Operator;
pub use page::Form;
pub use raw::{raw, sign, sign_as};
pub use relay::Relay;
pub use setup::{CLIENT_SECRET, Setup};
pub use wait::{BOUND, wait_until};
