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

pub use at_provider::{Leaving, send_on, taken_back};
pub use back_channel::{LogoutTokenError, told_by_provider};
pub use confirm::{confirm, shown_to};
pub use delivery_limits::DeliveryLimits;
pub use elsewhere::{all, one, others};
pub use link::{follow, link, link_after};
pub use local::{local, several};
pub use notice::{attempt_delivery, claim_due_notices, depth, give_up_untried, undelivered};
pub use request::{Asked, LogoutRequestError, Request};
pub use rp_initiated::{Asker, Decision, Reach, decide, destination, read};
pub use store::Undelivered;
#[cfg(feature = "dev")]
pub use store::{hot_statements, rare_statements};
