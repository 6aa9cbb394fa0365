//! What the gateway costs, by what can be counted without noise: statements, bytes of WAL, updates that stay in their
//! page. Never a time. What a login costs stands in `tests/it/gateway/round_trips.rs`.

mod house;
mod introspect;
mod refresh;
