//! What a grant must be for, so that it covers a token request (RFC 8707 §2.2).

use super::issue::resources;
use crate::app::App;
use crate::config::resource_spellings;

/// The grants that cover a token request.
pub(super) struct Target {
    /// The resources that the grant may be for, in all their spellings.
    pub(super) resources: Vec<String>,
    /// Whether a grant without a resource covers the request too. Such a grant is for the client's own audience: the person has
    /// agreed to no protected resource.
    pub(super) is_own_audience: bool,
}

impl Target {
    /// Of a request for this resource; without one, for what was granted, while the client may have tokens for it.
    pub(super) fn of(app: &App, client_id: &str, requested: Option<&str>) -> Self {
        match requested {
            Some(resource) => Self {
                resources: resource_spellings(resource),
                is_own_audience: app.config.resource_at(resource).is_none(),
            },
            None => Self {
                resources: resources(app, client_id).into_iter().flat_map(resource_spellings).collect(),
                is_own_audience: true,
            },
        }
    }

    /// Whether a grant for this resource covers the request; `None` is one for the client's own audience.
    pub(super) fn is_covered_by(&self, granted: Option<&str>) -> bool {
        match granted {
            Some(granted) => self.resources.iter().any(|resource| resource == granted),
            None => self.is_own_audience,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_without_a_resource_covers_the_own_audience_alone() {
        let target =
            |resource: &str, is_own_audience| Target { resources: resource_spellings(resource), is_own_audience };
        let (own, protected) = (target("https://api.example", true), target("https://tools.example.com/mcp", false));
        assert!(own.is_covered_by(None) && own.is_covered_by(Some("https://api.example/")));
        assert!(protected.is_covered_by(Some("https://tools.example.com/mcp")) && !protected.is_covered_by(None));
        for other in [&own, &protected] {
            assert!(!other.is_covered_by(Some("https://notes.example.com")));
        }
    }
}
