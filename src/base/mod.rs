//! What every storey stands on: the database, the way out, the clock, secrets and ids.

pub mod authorities;
pub mod clock;
pub mod db;
pub mod event;
pub mod id;
pub mod listener;
pub mod migrate;
pub mod outbound;
pub mod patience;
pub mod seal;
pub mod secret;
pub mod statement;
