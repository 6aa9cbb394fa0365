//! Apps as standard clients: what they may ask for, what they get, and what nobody gets in their place.

mod agree;
pub mod app;
mod assertion;
mod client_credentials;
mod code;
mod cors;
mod discovery;
mod hint;
mod login;
mod model;
mod prompt;
mod pushed;
mod refresh;
mod request;
