//! Devices and their sessions: listed, ended, limited, administered and cleaned up.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod account_page;
mod administration;
mod cleanup;
mod command_line;
mod device;
mod ending;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod limits;
mod listing;
mod races;
#[path = "../gateway/support/mod.rs"]
mod support;
