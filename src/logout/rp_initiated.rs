//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): validates the request, decides whether the person is asked
//! first, and ends the session.

use super::at_provider::{self, Asked, Leaving};
use super::local::end;
use super::request::{self, Hint, LogoutRequestError, Request};
use super::store::{self, Meant};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, QueryResult};
use crate::base::id::SessionId;
use crate::client::Client;
use crate::config::with_query;
use crate::session::{self, Scope, SessionStatus, SignedIn};
use crate::token;

/// The next step of a logout request.
pub enum Decision {
    /// The browser is signed out here; the provider's logout may follow.
    SignedOut(Option<Leaving>),
    /// The person is asked first; this is the session that would end.
    Ask(Box<SignedIn>),
}

/// Validates a request.
///
/// An invalid hint does not refuse the request: the person is asked. But such a request redirects nowhere, since its
/// client is not proven (LO-05).
pub fn read(app: &App, asked: request::Asked) -> Result<Request, LogoutRequestError> {
    let issuer = app.config.server.public_url.issuer();
    let hint = match &asked.id_token_hint {
        None => None,
        Some(hint) => match token::verify_id_token_hint(&app.keys.keys(), issuer, hint) {
            Ok(hint) if app.clients.get(&hint.client_id).is_some() => Some(hint),
            _ => return Ok(Request::default()),
        },
    };
    let named = asked.client_id.as_deref();
    if hint.as_ref().is_some_and(|hint| named.is_some_and(|named| named != hint.client_id)) {
        return Err(LogoutRequestError::OtherClient);
    }
    let Some(id) = hint.as_ref().map(|hint| hint.client_id.as_str()).or(named) else { return Ok(Request::default()) };
    let client = app.clients.get(id).ok_or(LogoutRequestError::UnknownClient)?;
    if asked.post_logout_redirect_uri.as_deref().is_some_and(|uri| !leads_to(client, uri)) {
        return Err(LogoutRequestError::Unregistered);
    }
    Ok(Request {
        client_id: Some(id.to_owned()),
        hint: hint.map(|hint| Hint { user: hint.user, session: hint.session }),
        post_logout_redirect_uri: asked.post_logout_redirect_uri,
        state: asked.state,
    })
}

/// Compares byte for byte with the registered addresses, without normalisation (LO-03).
fn leads_to(client: &Client, uri: &str) -> bool {
    client.post_logout_redirect_uris.iter().any(|registered| registered.matches(uri))
}

/// Ends the session that the request may end without a question, or returns the one to ask about. `browser`: the session
/// that the cookie names.
pub async fn decide(
    app: &App,
    request: &Request,
    browser: Option<SessionId>,
    now: Timestamp,
) -> Result<Decision, DbError> {
    let hint = request.hint;
    let wanted = at_provider::is_wanted(app);
    let look = move |conn: &mut Conn| look(conn, browser, hint, wanted.then_some(now));
    let LogoutSituation { here, meant, leaving } = app.db.run("find session", look).await?;
    let meant = meant.filter(|meant| request.client_id.as_ref() == Some(&meant.client_id));
    let lives = |signed_in: &SignedIn| app.lifetime.status(&signed_in.session, now) == SessionStatus::Live;
    let (scope, leaving) = match (here, hint, meant) {
        (Some(here), Some(_), Some(meant)) if is_of(&meant, &here) => (Scope::One(here.session.id), leaving),
        (Some(here), ..) if lives(&here) => return Ok(Decision::Ask(Box::new(here))),
        // The browser is not signed in. The client's session that the hint names may still be live.
        (_, Some(hint), Some(_)) => (Scope::OneOfUser { user: hint.user, id: hint.session }, None),
        // No hint proves who asks.
        _ => return Ok(Decision::SignedOut(None)),
    };
    end(app, scope, now).await?;
    Ok(Decision::SignedOut(leaving))
}

/// The sessions that a request concerns.
struct LogoutSituation {
    /// The session of the browser.
    here: Option<SignedIn>,
    /// The session that the hint names.
    meant: Option<Meant>,
    /// The browser's sign-in, for the logout at its provider.
    leaving: Option<Leaving>,
}

fn look(
    conn: &mut Conn,
    browser: Option<SessionId>,
    hint: Option<Hint>,
    at_provider: Option<Timestamp>,
) -> QueryResult<LogoutSituation> {
    let here = browser.map(|id| session::find(conn, id)).transpose()?.flatten();
    let meant = hint.map(|hint| store::meant(conn, hint.session)).transpose()?.flatten();
    let meant = meant.filter(|meant| hint.is_some_and(|hint| hint.user == meant.user));
    let asked = browser.map(|session| Asked { session, proven: meant.is_some() });
    let leaving = match (asked, at_provider) {
        (Some(asked), Some(now)) => at_provider::leaving(conn, asked, now)?,
        _ => None,
    };
    Ok(LogoutSituation { here, meant, leaving })
}

/// Whether the client's session belongs to this browser: under its sign-in, or under an ended one of the same user, as the
/// browser's previous sign-in is, while the client's session lives. A live sign-in elsewhere belongs to another browser, and
/// ends only after a question. So does this one where the hint is of an ended session: an old ID token may have leaked.
fn is_of(meant: &Meant, here: &SignedIn) -> bool {
    meant.parent == Some(here.session.id) || (meant.user == here.session.user && meant.parent_over && !meant.over)
}

/// The redirect to the client's address with its `state`, if the address is still registered.
pub fn destination(app: &App, request: &Request) -> Option<String> {
    let client = app.clients.get(request.client_id.as_deref()?)?;
    let uri = request.post_logout_redirect_uri.as_deref().filter(|uri| leads_to(client, uri))?;
    let Some(state) = &request.state else { return Some(uri.to_owned()) };
    let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
    Some(with_query(uri, &format!("state={state}")))
}
