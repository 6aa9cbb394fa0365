//! The session cookie, and the binding cookie, which binds a login to the browser that began it.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::base::secret::{Hashed, Plain};
use crate::config;
use crate::session::{self, Session};

/// `Max-Age` of the binding cookie. Longer than any login takes.
const BINDING_MAX_AGE: time::Duration = time::Duration::hours(24);
/// The maximum number of cookies of one name that are read. More are only possible if a sibling domain sets them.
const MOST_OF_ONE_NAME: usize = 4;

/// The name of the session cookie: with `__Host-`, or with `__Secure-` where `domain` is configured.
fn session_name(app: &App) -> String {
    let cookie = &app.config.sessions.cookie;
    prefixed(app, &cookie.name, cookie.domain.is_none())
}

fn binding_name(app: &App) -> String {
    prefixed(app, &format!("{}-binding", app.config.sessions.cookie.name), true)
}

fn prefixed(app: &App, name: &str, host_only: bool) -> String {
    match (app.config.server.public_url.is_https(), host_only) {
        (true, true) => format!("__Host-{name}"),
        (true, false) => format!("__Secure-{name}"),
        (false, _) => name.to_owned(),
    }
}

/// The values of all cookies of that name: a sibling domain can set another one (SE-12).
fn values(request: &HttpRequest, name: &str) -> Vec<String> {
    let Ok(cookies) = request.cookies() else { return Vec::new() };
    let named = cookies.iter().filter(|cookie| cookie.name() == name);
    named.take(MOST_OF_ONE_NAME).map(|cookie| cookie.value().to_owned()).collect()
}

/// The content of the session cookie.
pub enum SessionCookie {
    /// The request has no such cookie.
    Missing,
    /// A value that does not verify with a secret of the ring.
    Garbage,
    /// A verified value with this session id.
    Names(SessionId),
}

/// Reads and verifies the session cookie. Needs no query.
pub fn session(app: &App, request: &HttpRequest) -> SessionCookie {
    let values = values(request, &session_name(app));
    if values.is_empty() {
        return SessionCookie::Missing;
    }
    let named = values.iter().find_map(|value| session::decode(&app.config.ring, value));
    named.map_or(SessionCookie::Garbage, SessionCookie::Names)
}

/// The session id in the cookie, if its value verifies.
pub fn named(app: &App, request: &HttpRequest) -> Option<SessionId> {
    match session(app, request) {
        SessionCookie::Names(id) => Some(id),
        SessionCookie::Missing | SessionCookie::Garbage => None,
    }
}

/// The cookie for a new session. `Max-Age` ends at the session's absolute timeout.
pub fn for_session(app: &App, session: &Session, now: Timestamp) -> Cookie<'static> {
    let value = session::encode(&app.config.ring, session.id);
    let life = time::Duration::seconds((session.not_after - now).num_seconds().max(0));
    session_cookie(app, value.expose().to_owned(), life)
}

/// Adds a removal of the session cookie to the answer.
pub fn clear_session(app: &App, answer: &mut HttpResponse) {
    let mut cookie = session_cookie(app, String::new(), time::Duration::ZERO);
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
    let looks_like_ours = |value: &&String| value.len() == 43 && value.bytes().all(is_base64url);
    values(request, &binding_name(app)).iter().find(looks_like_ours).map(Plain::new)
}

fn plain(app: &App, name: String, value: String, same_site: SameSite, life: time::Duration) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(app.config.server.public_url.is_https())
        .same_site(same_site)
        .max_age(life)
        .finish()
}
