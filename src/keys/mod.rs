//! What we sign with: one key an algorithm, made at the first start, sealed under the secret ring, agreed among
//! replicas. Private parts never leave this room.

mod establish;
mod key;
mod key_ring;
mod store;

pub use establish::{KeysError, establish, reload};
pub use key::{BadKey, SigningKey};
pub use key_ring::{KeyRing, Keys};
