//! Removes every session cookie that a browser may send. A sibling domain can set a cookie with the name of the session
//! cookie, for a parent domain or for one of our paths, and the browser sends it in addition to ours (SE-12).
//!
//! A browser removes a cookie only by a `Set-Cookie` with the same domain and path, and does not say which ones it has. So
//! there is one `Set-Cookie` for each domain and path that is possible.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use super::cookies;
use crate::app::App;

/// The paths whose handlers read the session cookie, up to their first parameter. A new row of `ROUTES` that may read
/// the cookie is added here; a unit test of `routes.rs` compares them.
pub const COOKIE_PATHS: &[&str] = &[
    "/account",
    "/account/sessions",
    "/account/sessions/end-others",
    "/account/apps",
    "/account/consents",
    "/account/identities",
    "/account/data",
    "/account/delete",
    "/session",
    "/session/token",
    "/session/start-again",
    "/sessions",
    "/identities",
    "/oauth2/authorize",
    "/oauth2/authorize/agree",
    "/oauth2/authorize/again",
    "/oauth2/authorize/leave",
    "/oauth2/url",
    "/logout",
    "/logout/confirm",
    "/logout/callback",
    "/login",
    "/callback",
];

/// The maximum size of the `Set-Cookie` headers in one answer, in bytes. The default of nginx for all headers is 4,096.
const MAX_BYTES: usize = 3000;

/// Adds the removals for all of our paths and for every cookie path that a request for `path` matches. It starts at
/// index `first` and adds as many as fit into one answer. Returns the index of the next removal; `None` if all were
/// added.
pub fn remove_all(app: &App, path: &str, first: usize, answer: &mut HttpResponse) -> Option<usize> {
    let prefix = app.config.server.public_url.prefix();
    let ours: Vec<String> = COOKIE_PATHS.iter().map(|path| format!("{prefix}{path}")).collect();
    let mut paths = prefixes(path);
    for path in ours.iter().flat_map(|path| prefixes(path)) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let (mut left, mut next) = (MAX_BYTES, first);
    for line in lines(app, &paths).skip(first) {
        if line.len() > left {
            return Some(next);
        }
        (left, next) = (left - line.len(), next + 1);
        append(answer, &line);
    }
    None
}

/// Adds the removals of all session cookies that a request for `path` can carry. A session cookie that the same answer
/// sets must be added after them.
pub fn remove_visible(app: &App, path: &str, answer: &mut HttpResponse) {
    for line in lines(app, &prefixes(path)) {
        append(answer, &line);
    }
}

fn append(answer: &mut HttpResponse, line: &str) {
    // `from_str` does not fail: `public_url` and our paths have only characters that a header allows, and `prefixes`
    // leaves out a request's path that has others.
    if let Ok(line) = HeaderValue::from_str(line) {
        answer.headers_mut().append(header::SET_COOKIE, line);
    }
}

/// The removals for `paths`: each path without a domain, and for the host and its parent domains.
fn lines(app: &App, paths: &[&str]) -> impl Iterator<Item = String> {
    let (name, url) = (cookies::session_name(app), &app.config.server.public_url);
    let secure = if url.is_https() { "; Secure" } else { "" };
    let mut lines = Vec::new();
    for path in paths {
        lines.push(format!("{name}=; Path={path}; Max-Age=0{secure}"));
        for domain in url.domains() {
            lines.push(format!("{name}=; Path={path}; Domain={domain}; Max-Age=0{secure}"));
        }
    }
    lines.into_iter()
}

/// The maximum number of levels of a path for which removals are added. Our own paths have fewer.
const MAX_LEVELS: usize = 12;

/// The values of `Path` whose cookies a browser sends with a request for `path` (RFC 6265 §5.1.4).
fn prefixes(path: &str) -> Vec<&str> {
    let mut found = vec!["/"];
    let usable =
        path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && !b";,\"\\".contains(&byte));
    if !usable {
        return found;
    }
    for (at, _) in path.match_indices('/').skip(1).take(MAX_LEVELS) {
        let (without_slash, with_slash) = (path.get(..at), path.get(..=at));
        found.extend(without_slash.into_iter().chain(with_slash));
    }
    if path != "/" && !path.ends_with('/') {
        found.push(path);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::prefixes;

    #[test]
    fn a_path_is_covered_by_each_of_its_prefixes_with_and_without_a_slash() {
        assert_eq!(prefixes("/"), ["/"]);
        assert_eq!(prefixes("/account"), ["/", "/account"]);
        assert_eq!(prefixes("/a/b/c"), ["/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c"]);
        assert_eq!(prefixes("/a/"), ["/", "/a", "/a/"]);
    }

    #[test]
    fn a_path_that_could_change_the_header_is_left_out() {
        for path in ["", "account", "/a;Domain=x", "/a\r\nx", "/ä", "/a b", "/a\"b"] {
            assert_eq!(prefixes(path), ["/"], "{path}");
        }
        assert!(prefixes(&"/a".repeat(100)).len() < 30);
    }
}
