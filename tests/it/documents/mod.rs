//! The code blocks of README and documentation that need no running gateway: configurations, commands, JSON; and the schemas of the
//! API description.

mod configuration;
mod json;
mod openapi;
mod shell;
