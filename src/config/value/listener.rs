//! `server.listen` and `server.admin_listen`: an IP address with a port.

use std::borrow::Cow;
use std::net::SocketAddr;

use super::local::Local;

/// The text is not an IP address with a port.
#[derive(Debug, thiserror::Error)]
#[error("is not an IP address with a port")]
pub(crate) struct BadListener;

impl Local for SocketAddr {
    const NAME: &'static str = "listener";
    type Bad = BadListener;

    fn read(text: &str) -> Result<Self, BadListener> {
        text.parse().map_err(|_| BadListener)
    }

    fn remedy(_: &BadListener) -> Cow<'static, str> {
        "write both, as \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::]:8080\"".into()
    }
}
