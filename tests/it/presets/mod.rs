//! The presets: complete, true to what the providers answer, and documented; and what an operator gets to hear of a
//! provider that is configured wrongly, or that does not do what it should.

mod answers;
mod complete;
pub mod operator;
mod pages;
mod probe;
mod wrong;
