//! The code blocks of README and documentation that need no running gateway: configurations, commands, JSON.

mod configuration;
mod json;
mod shell;
