//! The revocation feed: how replicas and services learn that a session has ended.

mod clocks;
mod offline;
mod outage;
pub mod person;
mod replicas;
