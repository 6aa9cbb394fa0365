//! Who someone is here. Only the pair `(provider, sub)` identifies anyone; a profile never does.

mod record;
mod store;
mod user;

pub use record::{Identity, Record};
pub use store::{
    Arrival, Known, create, delete, disable, enable, find, identities, known, lock, refresh, search, with_email,
};
pub use user::{Profile, User};
