//! `[admin]`: administration by HTTP.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::value::admin_token::AdminToken;
use crate::config::value::local::Given;

/// Administration by HTTP, on `server.admin_listen`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// bearer token of at least 32 characters; empty: no /admin endpoints
    #[serde(with = "Given::<AdminToken>")]
    #[schemars(extend("writeOnly" = true))]
    pub(crate) token: Option<AdminToken>,
}
