//! The end of sessions, and how every replica and every service learns of it.

mod ending;
mod offline;
mod outage;
mod person;
mod seen_everywhere;
mod status_list;
