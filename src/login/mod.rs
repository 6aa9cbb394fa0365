//! Signing in through a provider: `begin` sends someone there, `complete` takes them back.
//!
//! An authorization session is `pending` until it is `completed`, `denied`, `token_failed`, `userinfo_failed` or
//! `expired`. It is claimed in one statement before the provider is asked (read), nothing is held while it is (talk),
//! and everything is written at once (write).

mod admit;
mod arrival;
mod authorization_session;
mod begin;
mod by_email;
mod complete;
mod explain;
mod link;
mod posted;
mod refusal;
mod remarks;
mod report;
mod rules;
mod stop;
mod store;
mod to_be;
mod unlink;

pub use arrival::{Arrival, AuthorizationResponse, Caller, Door, Return};
pub use authorization_session::{Linking, Status, Step, Steps};
pub use begin::{Begun, begin};
pub use complete::{Completed, Finished, Linked, complete};
pub use explain::{Explained, Largest, Rule, Token, explain};
pub use link::{FRESH, is_fresh};
pub use posted::keep;
pub use refusal::{Code, Refusal};
pub use report::{Report, report};
pub use rules::{Judged, kind};
#[cfg(feature = "dev")]
pub use store::hot_statements;
pub use store::{expire, prune_expired, prune_finished};
pub use unlink::{Unlinked, unlink};
