//! Signing keys: one for each algorithm, generated here, stored encrypted under `secrets.keys`, shared by all replicas and
//! rotated. Private keys never leave this module.
//!
//! ```text
//! pending ──► published ──► active ──► retiring ──► gone ──► deleted
//! planned     in the JWKS   it signs   in the JWKS  verifies id_token_hint only
//! ```
//!
//! `timeline::due` decides which key changes its state. One replica at a time applies it (`store::change`); the others load
//! the result within [`Policy::poll_interval`]. `row` shows how a row of `signing_keys` becomes a key.

mod decrypt;
mod failure;
mod key;
mod key_ring;
mod load_or_create;
mod policy;
mod prepare;
mod public_key;
mod rotate;
mod row;
mod store;
mod timeline;
mod verified;

pub use failure::{KeysError, UnusableKey};
pub use key::SigningKey;
pub use key_ring::{KeyRing, Keys};
pub use load_or_create::load_or_create;
pub use policy::Policy;
pub use public_key::PublicKey;
pub use rotate::{follow, list, revoke, rotate};
#[cfg(feature = "dev")]
pub use store::rare_statements;
pub use timeline::{KeyState, KeyStatus, Milestone, milestones};
