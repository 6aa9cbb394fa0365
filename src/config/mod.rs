//! The whole configuration as validated values. A wrong value stops the start, with its path and its remedy.
//!
//! On the way in it is text in layers ([`load()`]): each layer is held against the schema of the types, then they are
//! laid over each other, then the rules judge the result. Whatever is wrong is said at once ([`Problems`]).

mod dump;
mod layer;
mod load;
mod preset_page;
mod reference;
mod schema;
mod section;
mod value;
mod whole;

pub use dump::dump;
pub use layer::preset::{About, Preset, nearest_preset, presets};
pub use layer::problem::{Place, Problem, Problems};
pub use load::{Loaded, from_toml, load, load_with};
pub use preset_page::{page, page_index, snippet};
pub use reference::reference;
pub use schema::schema;
pub use section::admin::Admin;
pub use section::cleanup::Cleanup;
pub use section::client::choice::{ClientType, Grant};
pub use section::client::model::{BUILT_IN_CLIENT, Client};
pub use section::database::Database;
pub use section::limits::Limits;
pub use section::log::{Log, LogFormat};
pub use section::login::Login;
pub use section::provider::allow::Allow;
pub use section::provider::choice::{
    Pkce, ProviderLogout, PushedAuthorization, ResponseMode, SignatureMethod, TokenEndpointAuthMethod, Userinfo,
};
pub use section::provider::claims::ClaimPointers;
pub use section::provider::endpoints::Endpoints;
pub use section::provider::oauth1::OAuth1;
pub use section::provider::oauth2::OAuth2;
pub use section::provider::oidc::Oidc;
pub use section::provider::profile::{ProfileCall, ProfileCalls};
pub use section::provider::protocol::Provider;
pub use section::provider::registration::Registration;
pub use section::server::Server;
pub use section::session_cookie::{SameSite, SessionCookie};
pub use section::sessions::Sessions;
pub use section::signing::Signing;
pub use section::tokens::{Tokens, UserClaim};
pub use value::algorithm::Algorithm;
pub use value::key_file::KeyFile;
pub use value::pointer::{BadPointer, Pointer};
pub use value::public_key::PublicKey;
pub use value::public_url::{BadPublicUrl, PublicUrl, is_loopback, is_private};
pub use value::redirect_uri::{BadRedirectUri, OwnSchemes, RedirectUri, with_query};
pub use value::return_to::{BadPattern, ReturnTo};
pub use whole::Config;
