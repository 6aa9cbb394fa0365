//! The SQL of codes and refresh tokens, one operation a file.

#[cfg(feature = "dev")]
mod hot;
mod redeem;
mod redeem_all;
mod rotate;
mod rotate_all;

#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use redeem::{Redeem, Redeemed, Spent, count_wrong_verifier, oldest, redeem, redeemed_as, spent};
pub use redeem_all::{RedeemAsk, Redemptions};
pub use rotate::{Locked, Rotate, advance, audit_refresh, forgive, lock, newest, record_repeat, rotate};
pub use rotate_all::{RotateAsk, Rotations};
