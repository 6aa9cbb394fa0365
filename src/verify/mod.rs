//! The decision on a request to a site behind a reverse proxy, as pure functions.
//!
//! ```text
//! original request     host, path, method, as the proxy reported them
//!    ▼ ruling          the first of `[[verify.rules]]` that is about it
//!    ▼ judgement       of its conditions on the session, and of those that the query adds
//!    ▼
//! passes · signs in · step-up · denied
//! ```

mod identity_headers;
mod judgement;
mod narrowing;
mod ruling;
mod step_up;

pub use identity_headers::IdentityHeaders;
pub use judgement::{Judgement, check_conditions, lacks_scope};
pub use narrowing::Narrowing;
pub use ruling::{Asked, Ruling, Unknown, rule};
pub use step_up::{StepUp, StepUpToken};
