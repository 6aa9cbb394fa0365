//! HTTP in, HTTP out: the only storey that knows actix-web. A handler takes typed values in, calls one verb and gives a
//! typed value out.

mod account;
mod administration;
mod authorization;
mod authorize;
mod backchannel_logout;
mod bounds;
mod client;
mod client_authentication;
mod cookies;
mod cors;
mod credentials;
mod discovery;
mod extract;
mod introspection;
mod json_door;
mod login;
mod logout;
mod metadata;
mod observe;
mod ops;
mod pages;
mod problem;
mod provider_token;
mod refusals;
mod revocation;
mod routes;
mod session;
mod sessions;
mod status_list;
mod throttle;
mod token;
mod token_exchange;
mod userinfo;
mod verdict;

pub use bounds::keep as keep_bounds;
pub use observe::Span;
pub use ops::Readiness;
pub use routes::{admin, public};
pub use throttle::Throttles;
