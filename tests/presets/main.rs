//! The presets: complete, true to what the providers answer, and documented; and what an operator gets to hear of a
//! provider that is configured wrongly, or that does not do what it should.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

#[path = "../fake_provider/mod.rs"]
mod fake_provider;

mod answers;
mod complete;
mod operator;
mod pages;
mod probe;
mod snippets;
mod wrong;
