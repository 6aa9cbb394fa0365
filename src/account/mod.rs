//! Who someone is here. Only the pair `(provider, sub)` identifies anyone; a profile never does.

mod user;

pub use user::{Profile, User};
