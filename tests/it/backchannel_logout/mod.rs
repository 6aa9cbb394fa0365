//! `POST /backchannel-logout/{provider}`: logout tokens of providers.

pub mod post;
mod races;
