//! Logout: apps ask for it, and apps are told of it.

mod apps;
mod asked;
mod confirmed;
mod crowd;
mod from_provider;
mod from_provider_races;
mod identity;
mod outbox;
mod races;
mod to_provider;
mod told;
