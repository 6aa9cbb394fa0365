//! The HTTP interface: `routing` (table of routes, guard), `request` (reading a request), `answer` (writing an answer),
//! `endpoint` (the handlers).
//!
//! ```text
//! request
//!    │ observe    opens the span with the request id, the method and the client address
//!    ▼ bounds     URI over 8 KiB: 414; headers over 16 KiB: 431
//! routes          the path selects a row of ROUTES, the method an entry of the row
//!    │            no row: 404; no entry: 405; OPTIONS: cors::preflight
//!    ▼
//! guard           session cookie Strict, navigation from another site: a page that continues by itself
//!    │            rate limit of the entry: 429
//!    │            credentials of the entry: 401, or 403 for a missing scope
//!    │            cookie-authenticated change from another origin: 403
//!    │            session revoked or expired: 401; revocations unknown: 503
//!    ▼ inserts Caller and FromListedOrigin
//! handler         typed values in; one call of login, logout, authorize, token, session or vault; typed value out
//!    │
//!    ├─ success ─► JSON, an HTML page or a redirect
//!    └─ Problem ─► the guard renders it: an HTML page, application/problem+json or an OAuth error, by the surface of the row
//!    ▼
//! answer          guard adds the CORS headers, bounds the security headers, observe logs one line
//! ```
//!
//! The admin listener has its own routes (`admin_routes`). A Bearer `admin.token` authenticates requests to `/admin/`.

mod answer;
mod endpoint;
mod request;
mod routing;

pub use answer::assets::{BUILT_IN, ICON_PATH, STYLE_PATH};
pub use answer::goes_on::BegunBy;
pub use answer::refusals::{Refusal, RefusalText};
pub use endpoint::metadata::Metadata;
pub use endpoint::ops::Readiness;
#[cfg(feature = "dev")]
pub use endpoint::schemas::answer_schemas;
pub use request::throttle::Throttles;
pub use routing::admin_routes::admin;
pub use routing::bounds::keep as keep_bounds;
pub use routing::observe::Span;
pub use routing::route::{Access, Cors, Entry, Limit, OriginRule, Row, Surface, Verb};
pub use routing::routes::{ROUTES, public};
