//! `/oauth2`

mod authorize;
mod client_authentication;
mod clients_by_url;
mod introspect;
mod outage;
mod par;
mod revoke;
pub mod token;
mod url;
