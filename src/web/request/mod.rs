//! Reading a request: parameters, forms, cookies, credentials, the client's address, rate limits.

pub mod attempts;
pub mod authorization;
pub mod authorization_response;
mod bounded_store;
pub mod caller;
pub mod client_address;
pub mod client_authentication;
pub mod client_by_url;
pub mod cookies;
pub mod credentials;
pub mod email_address;
pub mod expired_cookies;
pub mod extract;
mod forwarded_for;
mod forwarded_pairs;
pub mod last_provider;
mod limiter;
pub mod login;
pub mod matched;
mod network_limits;
pub mod refused_request;
pub mod rounds;
pub mod site_request;
pub mod throttle;
pub mod token_request;
