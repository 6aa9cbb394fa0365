//! Logouts that begin at the gateway or at real providers.

mod another_gateway;
mod certified;
#[cfg(target_os = "linux")]
mod glewlwyd;
mod upstream;
