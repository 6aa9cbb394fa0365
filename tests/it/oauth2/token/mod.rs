//! `POST /oauth2/token`, one file for each grant.

mod account_scope;
mod client_credentials;
mod code;
mod cors;
mod exchange;
pub mod refresh;
mod spa;
mod spa_binding;
mod spa_mix_up;
