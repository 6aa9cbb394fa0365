//! Signing in through a provider: `begin` sends someone there, `complete` takes them back.
//!
//! An authorization session is `pending` until it is `completed`, `denied`, `token_failed`, `userinfo_failed` or
//! `expired`. It is claimed in one statement before the provider is asked (read), nothing is held while it is (talk),
//! and everything is written at once (write).

mod arrival;
mod authorization_session;
mod begin;
mod complete;
mod refusal;
mod report;
mod rules;
mod store;

pub use arrival::{Arrival, Caller, Door, Return, Verdict};
pub use authorization_session::{Status, Step, Steps};
pub use begin::{Begun, begin};
pub use complete::{Completed, complete};
pub use refusal::{Code, Refusal};
pub use report::{Report, report};
pub use store::{expire, prune_expired, prune_finished};
