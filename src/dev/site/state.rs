//! The shared state of the handlers of the guarded site.

use crate::base::outbound::Outbound;

pub(super) struct State {
    /// The gateway's issuer.
    pub(super) gateway: String,
    pub(super) outbound: Outbound,
    /// `http://address:port`, the only address at which the browser sends the gateway's cookie.
    pub(super) origin: String,
}
