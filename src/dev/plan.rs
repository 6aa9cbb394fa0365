//! The options of `vestibule dev`, and the addresses that follow from them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use url::Url;

/// The provider id of the pretend provider in the gateway's configuration.
pub(super) const PROVIDER: &str = "pretend";

/// The options of `vestibule dev`.
pub struct Plan {
    /// The gateway's port. The next four are the admin listener's, the pretend provider's, the demo app's and the guarded
    /// site's; so at most 65531.
    pub port: u16,
    /// The IP address that the gateway, the pretend provider, the demo app and the guarded site listen on. The URLs name 127.0.0.1 in any
    /// case, as for a browser that reaches it through a mapped port. The admin listener is always on 127.0.0.1.
    pub listen: IpAddr,
    /// Whether the database and the keys are kept in `.dev/` for the next time.
    pub keep: bool,
    /// The redirect URI of the developer's own frontend, which replaces the demo app.
    pub frontend: Option<Url>,
    /// Configuration files for the gateway; none: `config/vestibule.toml`, if it exists.
    pub files: Vec<PathBuf>,
}

impl Plan {
    /// The address of the public listener.
    pub(super) fn gateway(&self) -> SocketAddr {
        self.at(self.listen, 0)
    }

    /// The address of the admin listener.
    pub(super) fn admin(&self) -> SocketAddr {
        self.at(Ipv4Addr::LOCALHOST.into(), 1)
    }

    /// The address of the pretend provider.
    pub(super) fn provider(&self) -> SocketAddr {
        self.at(self.listen, 2)
    }

    /// The address of the demo app.
    pub(super) fn app(&self) -> SocketAddr {
        self.at(self.listen, 3)
    }

    /// The address of the guarded site.
    pub(super) fn site(&self) -> SocketAddr {
        self.at(self.listen, 4)
    }

    /// The URL of the guarded site.
    pub(super) fn site_url(&self) -> String {
        self.url(4)
    }

    /// The gateway's public URL, which is its issuer.
    pub(super) fn public_url(&self) -> String {
        self.url(0)
    }

    /// The URL of the pretend provider, which is its issuer.
    pub(super) fn provider_url(&self) -> String {
        self.url(2)
    }

    /// The URL of the demo app.
    pub(super) fn app_url(&self) -> String {
        self.url(3)
    }

    /// Whether other machines can reach it.
    pub(super) fn is_open(&self) -> bool {
        !self.listen.is_loopback()
    }

    /// The redirect URI of the SPA flow.
    pub(super) fn redirect_uri(&self) -> String {
        self.frontend.as_ref().map_or_else(|| format!("{}/callback", self.app_url()), Url::to_string)
    }

    /// The origin of the app that uses the SPA flow.
    pub(super) fn frontend_origin(&self) -> String {
        let own = self.frontend.as_ref().map(|uri| uri.origin().ascii_serialization());
        own.unwrap_or_else(|| self.app_url())
    }

    fn at(&self, ip: IpAddr, place: u16) -> SocketAddr {
        (ip, self.port.saturating_add(place)).into()
    }

    fn url(&self, place: u16) -> String {
        format!("http://{}", self.at(Ipv4Addr::LOCALHOST.into(), place))
    }
}
