//! URLs that apps build by appending a path to a URL with a slash: they end with a slash, or have two in a row.
//!
//! A `GET` of a document or page is redirected to its URL. The target is made of `server.public_url` and the route's
//! pattern, never of what was sent, so that no path leads to another host. A `POST` is answered at both spellings, since many
//! clients follow no redirect of a form.

use actix_web::guard::{Any, Post};
use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource, guard};

use super::cors;
use super::route::Row;
use crate::app::App;
use crate::web::endpoint::metadata;

/// The paths whose other spellings are redirected.
const REDIRECTED: [&str; 6] =
    [metadata::OPENID, metadata::OAUTH, "/.well-known/jwks.json", "/userinfo", "/login", "/logout"];
/// The paths that answer a `POST` with a slash at the end as well.
const POSTED: [&str; 8] = [
    "/oauth2/authorize",
    "/oauth2/par",
    "/oauth2/introspect",
    "/oauth2/revoke",
    "/userinfo",
    "/logout",
    "/login/{provider}",
    "/backchannel-logout/{provider}",
];

/// The path of a row with a slash at the end, if it answers a `POST`.
pub(super) fn with_slash(row: &Row) -> Option<String> {
    POSTED.contains(&row.path).then(|| format!("{}/", row.path))
}

/// The resource of that path alone for `POST` and its preflight; other methods are as at an unknown path.
pub(super) fn posted(resource: Resource) -> Resource {
    resource.guard(Any(Post()).or(guard::Options()))
}

/// The redirect for another spelling of a URL; `None` for an unknown path.
pub(super) fn redirect(request: &HttpRequest) -> Option<HttpResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let app = request.app_data::<Data<App>>()?;
    let url = &app.config.server.public_url;
    let path = canonical(request.path(), url.prefix())?;
    let mut location = url.at(path);
    if !request.query_string().is_empty() {
        location.push('?');
        location.push_str(request.query_string());
    }
    let mut answer = HttpResponse::build(StatusCode::PERMANENT_REDIRECT);
    let mut answer = answer.insert_header((header::LOCATION, location)).finish();
    if path.starts_with("/.well-known/") {
        // A script of another origin follows the redirect only if it may read it.
        cors::allow_all(answer.headers_mut());
    }
    Some(answer)
}

/// The redirected path that this one spells, below the prefix of `server.public_url`.
fn canonical(path: &str, prefix: &str) -> Option<&'static str> {
    let joined = |path: &str| path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    let (asked, prefix) = (joined(path), joined(prefix));
    let is_asked = |known: &&&str| {
        let known = joined(known);
        // RFC 8414 §3.1: the well-known path stands before the path of the issuer.
        asked == joined(&format!("{prefix}/{known}")) || asked == joined(&format!("{known}/{prefix}"))
    };
    REDIRECTED.iter().find(is_asked).copied().filter(|known| is_asked_at(known, &asked, &prefix))
}

/// Only the metadata of RFC 8414 is before the prefix too.
fn is_asked_at(known: &str, asked: &str, prefix: &str) -> bool {
    prefix.is_empty() || known == metadata::OAUTH || asked.starts_with(&format!("{prefix}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_paths_have_other_spellings() {
        for (path, prefix, expected) in [
            ("/.well-known/openid-configuration/", "", Some(metadata::OPENID)),
            ("//.well-known/openid-configuration", "", Some(metadata::OPENID)),
            ("/.well-known//jwks.json//", "", Some("/.well-known/jwks.json")),
            ("/auth/v1//userinfo/", "/auth/v1", Some("/userinfo")),
            ("//auth/v1/logout", "/auth/v1", Some("/logout")),
            ("/.well-known/oauth-authorization-server/auth/v1/", "/auth/v1", Some(metadata::OAUTH)),
            ("/.well-known/openid-configuration/auth/v1/", "/auth/v1", None),
            ("/login/", "/auth/v1", None),
            ("/login/", "", Some("/login")),
            ("/login/corp/", "", None),
            ("/Login/", "", None),
            ("/account/", "", None),
            ("/evil.example/login/", "", None),
            ("//evil.example/login", "", None),
            ("//evil.example//userinfo", "", None),
            ("/", "", None),
            ("//", "/auth", None),
            ("/login/../logout/", "", None),
            ("/%6Cogin/", "", None),
        ] {
            assert_eq!(canonical(path, prefix), expected, "{path} under {prefix}");
        }
    }
}
