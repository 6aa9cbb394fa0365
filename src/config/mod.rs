//! The whole configuration as validated values. A wrong value stops the start, with its path and its remedy.

mod provider;
mod public_url;
mod return_to;
mod settings;

pub use provider::{Endpoints, Oidc, Pkce, Protocol, Provider, TokenEndpointAuthMethod, Userinfo};
pub use public_url::{BadPublicUrl, PublicUrl, is_loopback};
pub use return_to::{BadPattern, ReturnTo};
pub use settings::{
    Algorithm, Config, Database, Limits, Log, LogFormat, Login, SameSite, Server, SessionCookie, Sessions, Signing,
    Tokens,
};
