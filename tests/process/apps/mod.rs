//! Client libraries and products as apps of the gateway, configured by the issuer alone.

mod another_gateway;
#[cfg(target_os = "linux")]
mod apache;
mod browser;
mod examples;
#[cfg(target_os = "linux")]
mod go;
mod mcp;
mod node;
mod python;
mod recipes;
pub mod running;
pub mod setting;
