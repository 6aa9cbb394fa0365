//! The admin listener: health, metrics and `/admin`.

pub mod endpoints;
mod listener;
