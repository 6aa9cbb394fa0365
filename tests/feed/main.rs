//! The end of sessions, and how every replica and every service learns of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "measured times are to be seen")]

mod ending;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod offline;
mod outage;
mod person;
mod seen_everywhere;
mod status_list;
#[path = "../gateway/support/mod.rs"]
mod support;
