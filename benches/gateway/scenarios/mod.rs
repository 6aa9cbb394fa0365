//! The measured endpoints, one in each file: its callers and its limit.

mod app_login;
mod authorize;
mod begin;
mod complete;
mod introspection;
mod jwks;
mod refresh;
mod scenario;
mod session;
mod status_list;
mod verify;

pub use app_login::{app_callback, app_login};
pub use authorize::{APP, REDIRECT_URI, authorize, redeem};
pub use begin::{RANDOM, begin, pending};
pub use complete::{callbacks, complete, complete_alone, log_in};
pub use introspection::introspection;
pub use jwks::jwks;
pub use refresh::{Chains, TokenEndpoint, access_token, refresh};
pub use scenario::{Limit, Scenario, fixed};
pub use session::session;
pub use status_list::status_list;
pub use verify::{bearers, verify};
