//! The validated settings of a protected resource.

use url::Url;

use crate::config::section::verify::model::SiteConditions;

/// The scopes of OpenID Connect, which are about the person and the session and not about a resource.
pub(crate) const OF_OPENID: [&str; 5] = ["openid", "profile", "email", "groups", "offline_access"];

/// A validated `[resources.<id>]` section.
#[derive(Clone, Debug)]
pub struct ProtectedResource {
    /// The id of its table.
    pub id: String,
    /// The resource identifier (RFC 9728 §1.2) as written: `aud` of its tokens.
    pub resource: String,
    /// The name that the consent page shows.
    pub name: String,
    /// The scopes that its tokens may have beside those of OpenID Connect.
    pub scopes: Vec<String>,
    /// The conditions on the sessions of its tokens.
    pub conditions: SiteConditions,
}

impl ProtectedResource {
    /// The URL at which its reverse proxy serves the metadata (RFC 9728 §3.1): the well-known path is between host and
    /// path.
    pub fn metadata_url(&self) -> String {
        let Ok(mut url) = Url::parse(&self.resource) else { return String::new() };
        let path = url.path().strip_suffix('/').unwrap_or(url.path()).to_owned();
        url.set_path(&format!("/.well-known/oauth-protected-resource{path}"));
        url.into()
    }

    /// Whether a token for it may have that scope.
    pub fn takes_scope(&self, scope: &str) -> bool {
        OF_OPENID.contains(&scope) || self.scopes.iter().any(|listed| listed == scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_stands_between_host_and_path() {
        for (resource, expected) in [
            ("https://tools.example.com/mcp", "https://tools.example.com/.well-known/oauth-protected-resource/mcp"),
            ("https://tools.example.com", "https://tools.example.com/.well-known/oauth-protected-resource"),
            ("https://tools.example.com/", "https://tools.example.com/.well-known/oauth-protected-resource"),
            ("https://a.example:8443/x/y?z=1", "https://a.example:8443/.well-known/oauth-protected-resource/x/y?z=1"),
        ] {
            let (id, name) = (String::new(), String::new());
            let resource = ProtectedResource {
                id,
                resource: resource.to_owned(),
                name,
                scopes: vec!["tools".to_owned()],
                conditions: SiteConditions::default(),
            };
            assert_eq!(resource.metadata_url(), expected);
            assert!(resource.takes_scope("tools") && resource.takes_scope("openid") && !resource.takes_scope("Tools"));
        }
    }
}
