//! What we sign with: one key an algorithm, made by ourselves, sealed under the secret ring, agreed among replicas, and
//! replaced before it gets old. Private parts never leave this room.
//!
//! A key's life: `pending` (planned) → `published` (in the JWKS) → `active` (it signs) → `retiring` (in the JWKS, for
//! what it signed) → `gone` (kept for the hints that it signed, then deleted). `timeline::due` decides what changes next,
//! for one replica at a time; the others read it and follow within [`Policy::look_every`].

mod establish;
mod key;
mod key_ring;
mod opened;
mod policy;
mod public_key;
mod rotate;
mod store;
mod supplies;
mod timeline;
mod verified;

pub use establish::{KeysError, establish};
pub use key::{BadKey, SigningKey};
pub use key_ring::{KeyRing, Keys};
pub use policy::Policy;
pub use public_key::PublicKey;
pub use rotate::{follow, list, revoke, rotate};
pub use timeline::{Milestone, Standing, State, milestones};
