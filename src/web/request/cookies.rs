//! The session cookie, and the binding cookie, which binds a login to the browser that began it.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::base::secret::{Hashed, Plain};
use crate::config;
use crate::session::{self, Session};

/// `Max-Age` of the binding cookie. Longer than any login takes.
const BINDING_MAX_AGE: time::Duration = time::Duration::hours(24);

/// The name of the session cookie: with `__Host-`, or with `__Secure-` if `domain` is configured.
pub fn session_name(app: &App) -> String {
    let cookie = &app.config.sessions.cookie;
    prefixed(app, &cookie.name, cookie.domain.is_none())
}

/// The name of the binding cookie.
pub fn binding_name(app: &App) -> String {
    prefixed(app, &format!("{}-binding", app.config.sessions.cookie.name), true)
}

/// The name of a cookie, with the prefix that the scheme allows.
pub(super) fn prefixed(app: &App, name: &str, host_only: bool) -> String {
    match (app.config.server.public_url.is_https(), host_only) {
        (true, true) => format!("__Host-{name}"),
        (true, false) => format!("__Secure-{name}"),
        (false, _) => name.to_owned(),
    }
}

/// The values of all cookies of that name: a sibling domain can set another one (SE-12). Each cookie is read
/// separately, so that a cookie that cannot be read hides no other. The limit on the headers of a request bounds their
/// number.
pub(super) fn values<'a>(request: &'a HttpRequest, name: &'a str) -> impl Iterator<Item = &'a str> {
    let pairs = request.headers().get_all(header::COOKIE).flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        let (found, value) = pair.split_once('=')?;
        (found.trim() == name).then(|| value.trim())
    })
}

/// The content of the session cookie.
pub enum SessionCookie {
    /// The request has no such cookie.
    Missing,
    /// No value verifies with a secret of the ring.
    Garbage,
    /// The verified values name this session id.
    Names(SessionId),
    /// The verified values name these different session ids. The request counts as one without a session.
    Conflict(Vec<SessionId>),
}

/// Reads and verifies the session cookie. Needs no query.
pub fn session(app: &App, request: &HttpRequest) -> SessionCookie {
    let (mut named, mut came) = (Vec::new(), false);
    for value in values(request, &session_name(app)) {
        came = true;
        if let Some(id) = session::decode(&app.config.ring, value).filter(|id| !named.contains(id)) {
            named.push(id);
        }
    }
    match (named.first(), came) {
        (None, false) => SessionCookie::Missing,
        (None, true) => SessionCookie::Garbage,
        (Some(id), _) if named.len() == 1 => SessionCookie::Names(*id),
        (Some(_), _) => SessionCookie::Conflict(named),
    }
}

/// The session id in the cookie, if its values verify and agree.
pub fn named(app: &App, request: &HttpRequest) -> Option<SessionId> {
    match session(app, request) {
        SessionCookie::Names(id) => Some(id),
        SessionCookie::Missing | SessionCookie::Garbage | SessionCookie::Conflict(_) => None,
    }
}

/// Whether the request has more than one cookie of the session cookie's name. A browser that knows this host alone sends
/// one.
pub fn has_several(app: &App, request: &HttpRequest) -> bool {
    values(request, &session_name(app)).nth(1).is_some()
}

/// The cookie for a new session. `Max-Age` ends at the session's absolute timeout.
pub fn for_session(app: &App, session: &Session, now: Timestamp) -> Cookie<'static> {
    let value = session::encode(&app.config.ring, session.id);
    let life = time::Duration::seconds((session.not_after - now).num_seconds().max(0));
    session_cookie(app, value.expose().to_owned(), life)
}

/// Adds a removal of the session cookie, as [`for_session`] sets it, to the answer.
pub fn clear_session(app: &App, answer: &mut HttpResponse) {
    let mut cookie = session_cookie(app, String::new(), time::Duration::ZERO);
    cookie.make_removal();
    let _always_a_cookie = answer.add_cookie(&cookie);
}

/// Removes the session cookie after a sign-out, and asks the browser to delete its cache of this origin (Clear Site Data
/// standard): sites that a proxy serves on the same origin may have stored pages of this user.
pub fn sign_out(app: &App, answer: &mut HttpResponse) {
    clear_session(app, answer);
    forget_rounds(app, answer);
    answer.headers_mut().insert(header::CLEAR_SITE_DATA, header::HeaderValue::from_static("\"cache\""));
}

/// The name of the cookie that counts rounds of a redirect loop.
pub(super) fn rounds_name(app: &App) -> String {
    prefixed(app, &format!("{}-rounds", app.config.sessions.cookie.name), true)
}

/// Resets the count of rounds: after a sign-out, and after the page that ends a loop.
pub fn forget_rounds(app: &App, answer: &mut HttpResponse) {
    let mut cookie = plain(app, rounds_name(app), String::new(), SameSite::Lax, time::Duration::ZERO);
    cookie.make_removal();
    let _always_a_cookie = answer.add_cookie(&cookie);
}

fn session_cookie(app: &App, value: String, life: time::Duration) -> Cookie<'static> {
    let settings = &app.config.sessions.cookie;
    let same_site = match settings.same_site {
        config::SameSite::Lax => SameSite::Lax,
        config::SameSite::Strict => SameSite::Strict,
        config::SameSite::None => SameSite::None,
    };
    let mut cookie = plain(app, session_name(app), value, same_site, life);
    if let Some(domain) = &settings.domain {
        cookie.set_domain(domain.clone());
    }
    cookie
}

/// The hash of the binding cookie, as the database stores it.
pub fn binding(app: &App, request: &HttpRequest) -> Option<Hashed> {
    known_binding(app, request).map(|value| value.hashed())
}

/// The hash of the binding for a login, and its cookie. An existing well-formed value is reused, so that all tabs of
/// the browser share it; otherwise a new one is generated.
pub fn bind(app: &App, request: &HttpRequest) -> (Hashed, Cookie<'static>) {
    let value = known_binding(app, request).unwrap_or_else(Plain::random);
    let hash = value.hashed();
    let cookie = plain(app, binding_name(app), value.expose().to_owned(), SameSite::Lax, BINDING_MAX_AGE);
    (hash, cookie)
}

fn known_binding(app: &App, request: &HttpRequest) -> Option<Plain> {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let looks_like_ours = |value: &&str| value.len() == 43 && value.bytes().all(is_base64url);
    values(request, &binding_name(app)).find(looks_like_ours).map(Plain::new)
}

/// A cookie of ours, with the attributes that all of them have.
pub(super) fn plain(
    app: &App,
    name: String,
    value: String,
    same_site: SameSite,
    life: time::Duration,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(app.config.server.public_url.is_https())
        .same_site(same_site)
        .max_age(life)
        .finish()
}
