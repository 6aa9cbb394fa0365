//! The revocation feed: how replicas and services learn that a session has ended.

mod offline;
mod outage;
pub mod person;
mod replicas;
