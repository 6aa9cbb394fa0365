//! Who is asking: the session behind a cookie or behind an access token of the built-in client.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::cookies::{self, SessionCookie};
use super::cors;
use super::problem::Problem;
use crate::app::App;
use crate::base::clock::Instant;
use crate::base::id::SessionId;
use crate::session::{self, SignedIn, Standing};
use crate::token::{self, BUILT_IN_CLIENT};

/// How someone showed who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By the session cookie, which browsers send by themselves.
    Cookie,
    /// By an access token, which nobody sends by accident.
    Bearer,
}

/// The live session that a request speaks for. One round trip; none for garbage.
pub async fn signed_in(app: &App, request: &HttpRequest, now: Instant) -> Result<(SignedIn, Means), Problem> {
    let (id, means) = claimed(app, request, now)?;
    if app.watch.is_session_revoked(id) {
        return Err(Problem::session_revoked());
    }
    if !app.watch.is_fresh() {
        return Err(Problem::feed_out_of_reach());
    }
    let found = app.db.run("find session", move |conn| session::find(conn, id)).await?;
    let signed_in = found.ok_or_else(Problem::session_revoked)?;
    match app.lifetime.standing(&signed_in.session, now) {
        Standing::Live => {}
        Standing::Expired => return Err(Problem::session_expired()),
        Standing::Ended => return Err(Problem::session_revoked()),
    }
    if app.lifetime.is_stale(&signed_in.session, now) {
        // In the background: nobody waits for it, and a use that is not written down is written down by the next.
        let db = app.db.clone();
        tokio::spawn(async move { db.run("touch session", move |conn| session::touch(conn, id, now)).await });
    }
    Ok((signed_in, means))
}

/// The same for a request that changes something: where a cookie speaks for it, it must come from where it may (SE-13).
pub async fn may_change(app: &App, request: &HttpRequest, now: Instant) -> Result<(SignedIn, Means), Problem> {
    let (_, means) = claimed(app, request, now)?;
    if means == Means::Cookie && !cors::may_change(app, request) {
        return Err(Problem::foreign_origin());
    }
    signed_in(app, request, now).await
}

/// The session that a request claims to speak for, by credentials that are ours.
pub fn claimed(app: &App, request: &HttpRequest, now: Instant) -> Result<(SessionId, Means), Problem> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        let token = bearer(request).ok_or_else(Problem::bearer_invalid)?;
        let issuer = app.config.server.public_url.issuer();
        let claims = token::verify(&app.keys.keys(), issuer, &token, now).map_err(|_| Problem::bearer_invalid())?;
        // An app's token opens nothing here: no service that is handed one can act on its user's session.
        let good = claims.client_id == BUILT_IN_CLIENT && !app.watch.is_jti_revoked(claims.jti);
        return if good { Ok((claims.sid, Means::Bearer)) } else { Err(Problem::bearer_invalid()) };
    }
    match cookies::session(app, request) {
        SessionCookie::Names(id) => Ok((id, Means::Cookie)),
        SessionCookie::Missing | SessionCookie::Garbage => Err(Problem::no_session()),
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1); the scheme in any letter case.
pub fn bearer(request: &HttpRequest) -> Option<String> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (value, second) = (values.next()?.to_str().ok()?, values.next());
    let (scheme, token) = value.split_once(' ')?;
    let good = second.is_none() && scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && !token.contains(' ');
    good.then(|| token.to_owned())
}
