//! Users and their identities. Only the pair `(provider, sub)` identifies a user; a profile never does.

mod further;
mod record;
mod store;
mod user;

pub use further::{further, further_names};
pub use record::{Identity, IdentityWithClaims, Record};
#[cfg(feature = "dev")]
pub use store::hot_statements;
pub use store::{
    NewUser, SubStatus, create, delete, disable, enable, find, find_all, identities, lock, refresh, search, sub_status,
    with_email,
};
pub use user::{Profile, User};
