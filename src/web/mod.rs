//! The HTTP interface: routes, guard, handlers and answers.
//!
//! ```text
//! request
//!    │ observe    opens the span with the request id, the method and the client address
//!    ▼ bounds     URI over 8 KiB: 414; headers over 16 KiB: 431
//! routes          the path selects a row of ROUTES, the method an entry of the row
//!    │            no row: 404; no entry: 405; OPTIONS: cors::preflight
//!    ▼
//! guard           rate limit of the entry: 429
//!    │            credentials of the entry: 401, or 403 for a missing scope
//!    │            cookie-authenticated change from another origin: 403
//!    │            session revoked or expired: 401; revocations unknown: 503
//!    ▼ inserts Caller and FromListedOrigin
//! handler         typed values in; one call of login, logout, authorize, token, session or vault; typed value out
//!    │
//!    ├─ success ─► JSON, an HTML page or a redirect
//!    └─ Problem ─► an HTML page, application/problem+json or an OAuth error, by the surface of the row
//!    ▼
//! answer          guard adds the CORS headers, bounds the security headers, observe logs one line
//! ```
//!
//! The admin listener has its own routes (`admin_routes`). A Bearer `admin.token` authenticates requests to `/admin/`.

mod account;
mod admin_routes;
mod administration;
mod authorization;
mod authorization_response;
mod authorize;
mod backchannel_logout;
mod bounds;
mod caller;
mod challenge;
mod client;
mod client_authentication;
mod conditional;
mod cookies;
mod cors;
mod credentials;
mod discovery;
mod extract;
mod guard;
mod identities;
mod introspection;
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
mod route;
mod routes;
mod session;
mod sessions;
mod spa_flow;
mod status_list;
mod throttle;
mod token;
mod token_exchange;
mod userinfo;

pub use admin_routes::admin;
pub use bounds::keep as keep_bounds;
pub use metadata::Metadata;
pub use observe::Span;
pub use ops::Readiness;
pub use route::{Access, Cors, Entry, Limit, OriginRule, Row, Surface, Verb};
pub use routes::{ROUTES, public};
pub use throttle::Throttles;
