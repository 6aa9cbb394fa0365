//! Users and their identities. Only the pair `(provider, sub)` identifies a user; a profile never does.

mod consent;
mod further;
mod record;
mod store;
mod user;

pub use consent::{Consent, ConsentTerms};
pub use further::{further, further_names};
pub use record::{Identity, IdentityWithClaims, Record};
#[cfg(feature = "dev")]
pub use store::hot_statements;
pub use store::{
    NewUser, SubStatus, create, delete, delete_consent, disable, enable, find, find_all, has_consented, identities,
    lock, refresh, remember_consent, search, sub_status, with_email,
};
pub use user::{Profile, User};
