//! The SQL of the table `authorization_sessions`, one operation a file.

mod admit;
mod begin;
mod by_email;
mod claim;
mod fail;
#[cfg(feature = "dev")]
mod hot;
mod join;
mod linked;
mod part;
mod posted;
mod prune;
mod report;

pub use admit::{Admission, Admitted, admit};
pub use begin::{Pending, begin};
pub use claim::{Claim, Row, claim};
pub use fail::{Failing, expire, fail};
#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use join::{Joining, Outcome, join};
pub use part::{Parted, Parting, part};
pub use posted::{Posted, keep};
pub use prune::{prune_expired, prune_finished};
pub use report::report;
