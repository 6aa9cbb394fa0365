//! The measured endpoints, one in each file: its callers and its limit.

mod authorize;
mod begin;
mod complete;
mod introspection;
mod jwks;
mod refresh;
mod scenario;
mod session;
mod status_list;

pub use authorize::{APP, REDIRECT_URI, authorize, redeem};
pub use begin::begin;
pub use complete::{complete, log_in};
pub use introspection::introspection;
pub use jwks::jwks;
pub use refresh::{Chains, access_token, refresh};
pub use scenario::{Limit, Scenario, fixed};
pub use session::session;
pub use status_list::status_list;
