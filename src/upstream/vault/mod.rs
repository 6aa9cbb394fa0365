//! The vault: the providers' own tokens, sealed at rest, kept fresh, and given back.
//!
//! `kept` is what is sealed, `standing` when it has to be refreshed. [`Vault::live`] hands a good token out; `renew` gets a
//! new one, by one replica at a time; `give_back` has revoked what nobody needs any more. docs/provider-tokens.md tells
//! the whole story.

mod give_back;
mod hand_out;
mod keep;
mod kept;
mod renew;
mod standing;
mod store;

pub use hand_out::{LiveToken, NoToken, Vault};
pub use keep::{Keeping, keep, keep_over};
pub use store::{Before, Due, Whose, give_back_all, give_back_one};
