//! Authorization requests of apps (OAuth 2.1, OpenID Connect), from the request to the code.
//!
//! ```text
//! POST /oauth2/par ─────────► pushed ── request_uri ──┐
//!                                                     ▼
//! GET /oauth2/authorize ──► validated ──► decision ──► code            302 to the app
//!                                            │    └──► error           302 to the app
//!                                            ├──► consent needed       302 to /oauth2/authorize/agree
//!                                            ├──► not allowed          302 to /oauth2/authorize/agree, which shows that page
//!                                            ├──► sign-in needed       302 to the provider, if only one is left;
//!                                            │                         else to /login, with the id of the request
//!                                            └──► requested acr missing  302 to /login at the session's provider, once
//!
//! GET /callback/{provider} ── login completed ──► decision again (resume)
//! POST /oauth2/authorize/agree ── yes or no ────► decision again (consent), or the error access_denied (decline)
//! POST /oauth2/authorize/leave ── button of a page that ends a login ──► the page's error, 303 to the app
//! GET /oauth2/authorize/again ── an expired request, or another browser ──► validated again, as a new request
//! ```
//!
//! A request is validated once ([`read`]) and never changes. `decision` is the whole rule, without I/O. If the browser
//! is signed in and no consent is needed, the code is issued at once. Otherwise the request is stored, bound to the browser
//! by its binding cookie.
//!
//! A stored request is answered once: the statement that sets `answered_at` decides, for a code as for an error. A consent
//! page is bound to the session that it was shown to (`session::ShownTo`).

mod answer;
mod decision;
mod leave;
mod next;
mod open;
mod read;
mod remembered;
mod request;
mod resume;
mod start;
mod store;

pub use answer::{ErrorAnswer, OAuthError, Target};
pub use leave::Leave;
pub use next::{FirstStep, LoginStep, Next};
pub use open::{ClosedRequest, OpenRequest, OpenRequestError, Repeated, find_closed, open, repeat};
pub use read::{AuthorizeError, Terms, is_s256_challenge, read};
pub use remembered::withdraw_consent;
pub use request::{AuthorizationRequest, Prompt};
pub use resume::{answer_with_login, consent, decline, resume};
pub use start::{Browser, consume_pushed_request, push, start};
#[cfg(feature = "dev")]
pub use store::hot_statements;
