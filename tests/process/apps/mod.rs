//! Other people's client libraries and products as apps of the gateway, as they come: everything from the issuer alone.

mod another_gateway;
#[cfg(target_os = "linux")]
mod apache;
mod browser;
mod examples;
mod node;
mod python;
mod running;
pub mod setting;
