//! Changing the key that seals: what older keys of the ring sealed is sealed anew under the first.

mod reseal;
mod store;

pub use reseal::{Resealed, reseal};
