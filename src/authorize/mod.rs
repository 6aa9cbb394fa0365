//! Apps as OAuth clients: what they ask for, and the code that they get.
//!
//! A request is read once ([`read`]) and nothing can change it afterwards. Where the browser is signed in and nothing
//! more was asked, its app has a code at once. Otherwise the request is written down, bound to that browser, and the
//! login that it leads to carries its id; when the login completes, the request is looked at again ([`resume`]).
//!
//! Such a request is answered once: the statement that sets `answered_at` decides, whether the answer is a code or an
//! error. A consent page belongs to the session that it was shown to ([`agree`], [`decline`]).

mod answer;
mod arrive;
mod decision;
mod read;
mod request;
mod resume;
mod store;

pub use answer::{ErrorAnswer, OAuthError};
pub use arrive::{Browser, Next, arrive, push, take_up};
pub use read::{Refused, Terms, read};
pub use request::{AuthorizationRequest, Prompt};
pub use resume::{NotOpen, Open, agree, decline, give_up, open, resume};
#[cfg(feature = "dev")]
pub use store::hot_statements;
pub use store::prune;
