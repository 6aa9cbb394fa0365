//! The shared state of the handlers of the guarded site.

use crate::base::outbound::Outbound;

pub(super) struct State {
    /// The issuer of the gateway, whose pages the site links to.
    pub(super) gateway: String,
    pub(super) outbound: Outbound,
    /// `http://address:port`, the only address at which the browser sends the gateway's cookie.
    pub(super) origin: String,
}
