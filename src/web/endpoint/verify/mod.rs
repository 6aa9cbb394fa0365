//! `/verify`: whether a request to a site behind a reverse proxy may pass.
//!
//! ```text
//! request of the proxy
//!    ▼ question     the query of /verify; the request to the site, from headers of a trusted proxy
//!    ▼ ruled        the rule that is about it
//!    ▼ endpoint     credential · session (from the cache) · judgement
//!    ├─ passes      200 with all identity headers
//!    ├─ no session  401 with login_url, or 302 to the login
//!    ├─ step-up     401 with login_url, or 302 to the provider (RFC 9470)
//!    └─ denied      403
//!
//! with resource=<id>   the access token for it alone, its scopes, the same judgement; the headers that its scopes release;
//!                      401 and 403 by RFC 9728, RFC 9470 and RFC 6750
//! ```

mod answer;
mod at_resource;
mod credential;
mod endpoint;
mod question;
mod resource_answer;
mod ruled;
mod warning;

pub use endpoint::{verify, verify_behind};
