//! The configuration, as validated values. The gateway does not start with an invalid configuration.
//!
//! [`load()`] works in four steps:
//!
//! 1. Read the layers (`layer/`): built-in defaults, presets, files, environment variables.
//! 2. Check each layer against the schema that is generated from the types of the sections: unknown keys, wrong types.
//! 3. Merge the layers; a later layer overrides an earlier one. Check each value whose own text decides (`value/local.rs`).
//! 4. Validate the sections (`section/`), and build [`Config`].
//!
//! All problems are reported together ([`Problems`]), each with its file and line, its key, and what to write instead.
//! Each file below `section/` has what may be written in that section, what it means, and what can be wrong with it.

mod admin_listen;
mod configuration;
mod dump;
mod layer;
mod load;
mod preset_page;
mod reference;
mod schema;
mod section;
mod value;
mod warning;

pub use admin_listen::admin_listen;
pub use configuration::Config;
pub use dump::dump;
pub(crate) use layer::preset::suggest_preset;
pub use layer::preset::{About, Preset, presets};
pub use layer::problem::{Excerpt, Place, Problem, Problems};
pub use load::{Loaded, from_toml, load, load_with};
pub use preset_page::{preset_index, preset_page, preset_snippet};
pub use reference::reference;
pub use schema::schema;
pub(crate) use section::allow::Allow;
pub(crate) use section::branding::Branding;
pub(crate) use section::client::choice::{AssertionAudience, ClientType, Grant, IdTokenClaims, ServerLogout};
pub(crate) use section::client::claims::{ClaimSource, ClientClaim};
pub(crate) use section::client::display::ClientDisplay;
pub(crate) use section::client::model::Client;
pub use section::client::model::{ACCOUNT_SCOPE, BUILT_IN_CLIENT};
pub(crate) use section::client::tokens::ClientTokens;
pub(crate) use section::clients_by_url::ClientsByUrl;
pub(crate) use section::limits::Limits;
pub(crate) use section::log::{Log, LogFormat};
pub(crate) use section::pages::{Chooser, PageSettings};
pub(crate) use section::picture::Picture;
pub(crate) use section::provider::another_account::AnotherAccount;
pub(crate) use section::provider::choice::{
    Aal, Pkce, ProviderLogout, PushedAuthorization, ResponseMode, SignatureMethod,
};
pub use section::provider::choice::{TokenEndpointAuthMethod, Userinfo};
pub(crate) use section::provider::claims::ClaimPointers;
pub(crate) use section::provider::icon::Icon;
pub(crate) use section::provider::oauth1::OAuth1;
pub(crate) use section::provider::oauth2::OAuth2;
pub use section::provider::oidc::Oidc;
pub(crate) use section::provider::profile::{ProfileCall, ProfileCalls};
pub use section::provider::protocol::Provider;
pub(crate) use section::provider::registration::Registration;
pub(crate) use section::resource::model::ProtectedResource;
pub use section::session_cookie::SameSite;
#[cfg(test)]
pub(crate) use section::session_cookie::SessionCookie;
#[cfg(test)]
pub(crate) use section::sessions::Tags;
pub(crate) use section::sessions::{OnePerUser, Sessions};
#[cfg(test)]
pub(crate) use section::tokens::LongestLifetimes;
pub(crate) use section::tokens::{Tokens, UserClaim};
pub(crate) use section::verify::model::{SiteAccess, SiteConditions, SiteRule, Verify};
pub use value::algorithm::Algorithm;
pub(crate) use value::email_domain::comparable_domain;
pub(crate) use value::key_file::KeyFile;
pub(crate) use value::pointer::Pointer;
pub(crate) use value::public_key::AssertionKey;
pub(crate) use value::public_url::{is_loopback, is_protected};
pub(crate) use value::redirect_uri::{PrivateUseSchemes, RedirectUri, with_query};
pub(crate) use value::resource::{is_same_resource, resource_spellings};
pub use value::return_to::ReturnTo;
pub(crate) use value::site_host::SiteHost;
pub(crate) use value::site_path::{PathRefused, SitePath};
#[cfg(test)]
pub(crate) use value::svg::svg_problem;
pub use warning::warnings;
