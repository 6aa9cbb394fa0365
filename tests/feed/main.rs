//! The end of sessions, and how every replica and every service learns of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod ending;
#[path = "../fake_provider/mod.rs"]
#[expect(dead_code, reason = "it can misbehave in more ways than are tried here")]
mod fake_provider;
mod offline;
mod outage;
mod person;
mod seen_everywhere;
mod status_list;
#[path = "../gateway/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "it can do more than is needed here")]
mod support;
