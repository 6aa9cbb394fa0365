//! Resource indicators (RFC 8707 §2) and their comparison.

/// Whether two resource URIs are equal: byte for byte, except that an empty path equals `/` (RFC 3986 §6.2.3).
pub(crate) fn is_same_resource(one: &str, other: &str) -> bool {
    one == other || split(one).is_some_and(|one| Some(one) == split(other))
}

/// The spellings of a resource URI that are equal to it.
pub(crate) fn resource_spellings(resource: &str) -> Vec<String> {
    match split(resource) {
        Some((origin, query)) => vec![format!("{origin}{query}"), format!("{origin}/{query}")],
        None => vec![resource.to_owned()],
    }
}

/// Scheme and authority, and the query with its `?`, of a URI whose path is empty or `/`; `None` for any other text.
fn split(resource: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = resource.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let after = rest.strip_prefix(authority)?;
    let query = after.strip_prefix('/').unwrap_or(after);
    let origin = resource.get(..scheme.len() + "://".len() + authority.len())?;
    (!authority.is_empty() && (query.is_empty() || query.starts_with('?'))).then_some((origin, query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_path_equals_a_slash_and_nothing_else_does() {
        for (one, other) in [
            ("https://api.example", "https://api.example/"),
            ("https://api.example:8443", "https://api.example:8443/"),
            ("https://api.example?v=1", "https://api.example/?v=1"),
            ("urn:api", "urn:api"),
            ("api", "api"),
        ] {
            assert!(is_same_resource(one, other) && is_same_resource(other, one), "{one} {other}");
            let spellings = resource_spellings(one);
            assert!(spellings.iter().any(|known| known == one) && spellings.iter().any(|known| known == other));
        }
        for (one, other) in [
            ("https://api.example/v1", "https://api.example/v1/"),
            ("https://api.example", "https://api.example//"),
            ("https://api.example", "https://api.example/#x"),
            ("https://api.example", "http://api.example/"),
            ("https://api.example", "https://api.example.evil/"),
            ("https://api.example", "https://api.example?"),
            ("https://", "https:///"),
            ("api", "api/"),
            ("", "/"),
        ] {
            assert!(!is_same_resource(one, other) && !is_same_resource(other, one), "{one} {other}");
            assert!(!resource_spellings(one).iter().any(|known| known == other), "{one} {other}");
        }
    }
}
