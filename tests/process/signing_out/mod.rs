//! Signing out here and at real providers, whichever side it begins at.

mod another_gateway;
mod certified;
#[cfg(target_os = "linux")]
mod glewlwyd;
mod upstream;
