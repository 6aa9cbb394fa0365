//! The vault: the providers' own tokens, sealed at rest, kept fresh, and revoked.
//!
//! `kept` is what is sealed, `standing` when it has to be refreshed. [`Vault::live`] hands a good token out; `renew` gets a
//! new one, by one replica at a time; `revoke` has the provider revoke what nobody
//! needs any more. docs/provider-tokens.md tells the whole story.

mod hand_out;
mod keep;
mod kept;
mod renew;
mod revoke;
mod standing;
mod store;

pub use hand_out::{LiveToken, NoToken, Vault};
pub use keep::{Keeping, keep, keep_over};
pub use store::{Before, Due, Whose, revoke_all, revoke_one};
