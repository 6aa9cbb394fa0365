//! Rotating `secrets.keys`: values that were sealed under older keys of the ring are sealed again under the first.

mod reseal;
mod store;

pub use reseal::{ColumnResult, reseal};
