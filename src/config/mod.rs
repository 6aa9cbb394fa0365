//! The whole configuration as validated values. A wrong value stops the start, with its path and its remedy.
//!
//! On the way in it is text in layers ([`load()`]): each layer is held against the schema of the types, then they are
//! laid over each other, then the rules judge the result. Whatever is wrong is said at once ([`Problems`]).

mod check;
mod client;
mod defaults;
mod dump;
mod duration;
mod effective;
mod environment;
mod findings;
mod key_file;
mod load;
mod naming;
mod nearest;
mod pointer;
mod preset;
mod preset_page;
mod problem;
mod provider;
mod public_key;
mod public_url;
mod raw;
mod raw_provider;
mod redirect_uri;
mod reference;
mod registration;
mod return_to;
mod rules;
mod schema;
mod settings;
mod shape;
mod source;
mod twins;

pub use client::{BUILT_IN_CLIENT, Client, ClientType, Grant};
pub use dump::dump;
pub use key_file::KeyFile;
pub use load::{Loaded, from_toml, load, load_with};
pub use pointer::{BadPointer, Pointer};
pub use preset::{About, Preset, nearest_preset, presets};
pub use preset_page::{page, page_index, snippet};
pub use problem::{Place, Problem, Problems};
pub use provider::{
    Endpoints, OAuth1, OAuth2, Oidc, Pkce, ProfileCall, ProfileCalls, Provider, ProviderLogout, PushedAuthorization,
    ResponseMode, SignatureMethod, TokenEndpointAuthMethod, Userinfo,
};
pub use public_key::PublicKey;
pub use public_url::{BadPublicUrl, PublicUrl, is_loopback, is_private};
pub use redirect_uri::{BadRedirectUri, RedirectUri, with_query};
pub use reference::reference;
pub use registration::{Allow, ClaimPointers, Registration};
pub use return_to::{BadPattern, ReturnTo};
pub use schema::schema;
pub use settings::{
    Admin, Algorithm, Cleanup, Config, Database, Limits, Log, LogFormat, Login, SameSite, Server, SessionCookie,
    Sessions, Signing, Tokens, UserClaim,
};
