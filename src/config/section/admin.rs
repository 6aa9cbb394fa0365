//! `[admin]`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::secret::Plain;
use crate::config::layer::findings::Findings;

/// Administration by HTTP, on the admin listener.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAdmin {
    /// bearer token of at least 32 characters; empty: no /admin routes
    #[schemars(extend("writeOnly" = true))]
    token: String,
}

/// `[admin]`
pub struct Admin {
    /// What administrators show; without one there are no `/admin` routes.
    pub token: Option<Plain>,
}

pub(crate) fn admin(raw: RawAdmin, at: &mut Findings<'_>) -> Option<Admin> {
    if !raw.token.is_empty() && raw.token.len() < 32 {
        let remedy = "write at least 32 random characters, as `vestibule secrets generate` prints";
        at.refuse("admin.token", "is short enough to be guessed", remedy);
        return None;
    }
    Some(Admin { token: Some(Plain::new(raw.token)).filter(|token| !token.is_empty()) })
}
