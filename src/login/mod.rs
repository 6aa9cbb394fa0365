//! Logins at a provider, from the redirect to the session.
//!
//! ```text
//! GET /login/{provider}    (browser flow)       GET  /oauth2/url/    (SPA flow)
//! POST /identities/{provider}   (to link one more identity)
//!        │ begin: INSERT authorization_sessions; if the provider does not answer: logins_not_begun
//!        ▼
//!     pending ──────────────── authorization_lifetime passes (sweep) ──────────► expired
//!        │ 302 to the provider; the browser returns:
//!        │ GET|POST /callback/{provider}        POST /oauth2/token/  (SPA flow)
//!        ▼ claim: one UPDATE; a second response gets state_used
//!     claimed ─┬─ error response, allow rule, disabled user ──────────────────► denied
//!              ├─ code or ID token refused, or not finished in time ───────────► token_failed
//!              ├─ userinfo refused ────────────────────────────────────────────► userinfo_failed
//!              ├─ the provider answered temporarily_unavailable (stale) ────────► denied; the login begins again
//!              └─ session created, or identity linked ─────────────────────────► completed
//! ```
//!
//! `complete` works in three steps: read (the claim), talk (requests to the provider, without a database connection),
//! write (user, identity, session and status in one transaction).

mod authorization_session;
mod begin;
mod by_email;
mod complete;
mod create_session;
mod denied;
mod due_removal;
mod explain;
mod fail;
mod failure;
mod finished;
mod fresh;
mod input;
mod link;
mod mistake;
mod new_session;
mod posted;
mod refusal;
mod refused_request;
mod remarks;
mod report;
mod shared_redirect;
mod stale;
mod store;
mod unlink;

pub use authorization_session::Linking;
pub use begin::{Begun, begin, begin_again};
pub use complete::complete;
pub use due_removal::{DueRemoval, RemovalMark, due_removals};
pub use explain::{Explained, Largest, Rule, Token, explain};
pub use failure::account_name;
pub use finished::{Completed, Finished, Linked};
pub use fresh::{FRESH, Freshness, confirm, confirm_value, freshness, freshness_to_delete, is_confirmed};
pub use input::{AuthorizationResponse, Callback, Caller, FetchSite, Flow, NewLogin};
pub use new_session::new_session;
pub use posted::store_response;
pub use refusal::{Code, Goal, LoginRefusal};
pub use refused_request::keep_refused_request;
pub use report::{Report, report};
pub use shared_redirect::is_shared;
pub use stale::StaleLogin;
pub use store::{Confirmation, count_pending, expire, prune_completed};
#[cfg(feature = "dev")]
pub use store::{hot_statements, rare_statements};
pub use unlink::{Removal, Unlinked, cancel_removal, removal, unlink, unlink_for_administrator};
