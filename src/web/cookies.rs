//! The two cookies: the session, and what binds a login to the browser that began it.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::base::secret::{Hashed, Plain};
use crate::config;
use crate::session::{self, Session};

/// How long a browser keeps its binding: far longer than any login takes.
const BINDING_MAX_AGE: time::Duration = time::Duration::hours(24);
/// A browser that sends more cookies of one name is being fooled by a sibling site.
const MOST_OF_ONE_NAME: usize = 4;

/// The session cookie's name: `__Host-` where it can be, `__Secure-` where a parent domain shares it.
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

/// The values of every cookie of that name: a sibling site may have planted one beside ours (SE-12).
fn values(request: &HttpRequest, name: &str) -> Vec<String> {
    let Ok(cookies) = request.cookies() else { return Vec::new() };
    let named = cookies.iter().filter(|cookie| cookie.name() == name);
    named.take(MOST_OF_ONE_NAME).map(|cookie| cookie.value().to_owned()).collect()
}

/// What the session cookie says.
pub enum SessionCookie {
    /// No such cookie.
    Missing,
    /// Not one of ours, or of another ring.
    Garbage,
    /// Ours.
    Names(SessionId),
}

/// Reads the session cookie without asking the database.
pub fn session(app: &App, request: &HttpRequest) -> SessionCookie {
    let values = values(request, &session_name(app));
    if values.is_empty() {
        return SessionCookie::Missing;
    }
    let named = values.iter().find_map(|value| session::decode(&app.config.ring, value));
    named.map_or(SessionCookie::Garbage, SessionCookie::Names)
}

/// The session that the cookie names, if it is one of ours.
pub fn named(app: &App, request: &HttpRequest) -> Option<SessionId> {
    match session(app, request) {
        SessionCookie::Names(id) => Some(id),
        SessionCookie::Missing | SessionCookie::Garbage => None,
    }
}

/// The cookie for a new session. Its life ends with the session's absolute end.
pub fn for_session(app: &App, session: &Session, now: Timestamp) -> Cookie<'static> {
    let value = session::encode(&app.config.ring, session.id);
    let life = time::Duration::seconds((session.not_after - now).num_seconds().max(0));
    session_cookie(app, value.expose().to_owned(), life)
}

/// Takes the session cookie away.
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

/// The browser's binding, as the hash that rows hold.
pub fn binding(app: &App, request: &HttpRequest) -> Option<Hashed> {
    known_binding(app, request).map(|value| value.hashed())
}

/// The binding to begin a login with, and the cookie that carries it: the browser's own, so that all its tabs share
/// one, or a new one. Only what looks like ours is kept.
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
