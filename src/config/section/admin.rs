//! `[admin]`: administration by HTTP.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::secret::Plain;
use crate::config::layer::validator::Validator;

/// Administration by HTTP, on `server.admin_listen`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAdmin {
    /// bearer token of at least 32 characters; empty: no /admin endpoints
    #[schemars(extend("writeOnly" = true))]
    token: String,
}

/// The validated settings of administration.
pub struct Admin {
    /// The bearer token of administrators. Without it there are no `/admin` endpoints.
    pub token: Option<Plain>,
}

pub(crate) fn validate(raw: RawAdmin, validator: &mut Validator<'_>) -> Option<Admin> {
    if !raw.token.is_empty() && raw.token.len() < 32 {
        let remedy = "write at least 32 random characters, as `vestibule secrets generate` prints";
        validator.reject("admin.token", "is too short: it could be guessed", remedy);
        return None;
    }
    Some(Admin { token: Some(Plain::new(raw.token)).filter(|token| !token.is_empty()) })
}
