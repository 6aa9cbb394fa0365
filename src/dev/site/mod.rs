//! A site that knows nothing of logins, behind a small reverse proxy in one process. The proxy does what `docs/proxies` asks of
//! every proxy: it asks the gateway's `/verify`, reports the request by headers of its own, and sends the site the identity
//! headers of the answer and none of the client.

mod proxy;
mod running;
mod state;

pub use running::GuardedSite;
