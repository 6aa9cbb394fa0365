//! Who someone is here. Only the pair `(provider, sub)` identifies anyone; a profile never does.

mod store;
mod user;

pub use store::{Arrival, Known, create, known};
pub use user::{Profile, User};
