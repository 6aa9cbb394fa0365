//! The handlers, one file for each endpoint or group of endpoints.

pub mod account;
pub mod administration;
pub mod app_request;
pub mod app_ways;
pub mod authorize;
pub mod backchannel_logout;
pub mod brand;
mod client_by_url;
pub mod consent;
pub mod discovery;
pub mod fresh_login;
pub mod identities;
pub mod introspection;
pub mod language;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod ops;
pub mod own_data;
pub mod par;
pub mod provider_token;
pub mod providers;
mod refused_authorization;
pub mod resource_metadata;
pub mod revocation;
#[cfg(feature = "dev")]
pub mod schemas;
pub mod session;
pub mod sessions;
pub mod spa_flow;
pub mod stale_login;
pub mod start_again;
pub mod status_list;
pub mod token;
pub mod token_exchange;
pub mod userinfo;
pub mod verify;
