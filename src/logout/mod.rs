//! Logout: by the browser, by a client (RP-initiated), by a provider (back-channel), and the notification of clients.

mod at_provider;
mod back_channel;
mod client_answer;
mod confirm;
mod delivery_limits;
mod elsewhere;
mod link;
mod local;
mod notice;
mod request;
mod rp_initiated;
mod store;

pub use at_provider::{EndingSignIn, request_of_state, url_at_provider};
pub use back_channel::{LogoutTokenError, receive_logout_token};
pub use confirm::{confirm, shown_to};
pub use delivery_limits::DeliveryLimits;
pub use elsewhere::{end_all_sessions, end_app, end_other_sessions, end_session};
pub use link::{logout_link, logout_link_after, resolve_logout_link};
pub use local::{end_sessions, sign_out_browser};
pub use notice::{attempt_delivery, claim_due_notices, depth, give_up_untried, undelivered};
pub use request::{LogoutParameters, LogoutRequestError, Request};
pub use rp_initiated::{Asker, LogoutOutcome, Reach, destination, end_or_ask, validate};
pub use store::Undelivered;
#[cfg(feature = "dev")]
pub use store::{hot_statements, rare_statements};
