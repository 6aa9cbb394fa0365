//! A client asks for the end of a person's session (OpenID Connect RP-Initiated Logout 1.0): read the request, decide
//! whether to ask the person first, and end what is meant.

use super::at_provider::{self, Asked, Leaving};
use super::local::end;
use super::request::{self, Hint, Refused, Request};
use super::store::{self, Meant};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, QueryResult};
use crate::base::id::SessionId;
use crate::client::Client;
use crate::config::with_query;
use crate::session::{self, Scope, SignedIn, Standing};
use crate::token;

/// What is to be done.
pub enum Decision {
    /// Nobody is signed in here, any more; perhaps the provider wants to hear of it.
    SignedOut(Option<Leaving>),
    /// This is who would be signed out, and is asked first.
    Ask(Box<SignedIn>),
}

/// Reads a request: what it proves, and where it may lead.
///
/// A hint that is none is no reason to refuse: the person is asked. But such a request leads nowhere, since nothing
/// shows that it comes from where it says (LO-05).
pub fn read(app: &App, asked: request::Asked) -> Result<Request, Refused> {
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
        return Err(Refused::OtherClient);
    }
    let Some(id) = hint.as_ref().map(|hint| hint.client_id.as_str()).or(named) else { return Ok(Request::default()) };
    let client = app.clients.get(id).ok_or(Refused::UnknownClient)?;
    if asked.post_logout_redirect_uri.as_deref().is_some_and(|uri| !leads_to(client, uri)) {
        return Err(Refused::Unregistered);
    }
    Ok(Request {
        client_id: Some(id.to_owned()),
        hint: hint.map(|hint| Hint { user: hint.user, session: hint.session }),
        post_logout_redirect_uri: asked.post_logout_redirect_uri,
        state: asked.state,
    })
}

/// Byte for byte: nothing is added to a registered address, and nothing normalised (LO-03).
fn leads_to(client: &Client, uri: &str) -> bool {
    client.post_logout_redirect_uris.iter().any(|registered| registered.matches(uri))
}

/// Ends what the request may end without asking, or says who is to be asked. `browser`: the session that its cookie
/// names.
pub async fn decide(
    app: &App,
    request: &Request,
    browser: Option<SessionId>,
    now: Timestamp,
) -> Result<Decision, DbError> {
    let hint = request.hint;
    let wanted = at_provider::is_wanted(app);
    let look = move |conn: &mut Conn| look(conn, browser, hint, wanted.then_some(now));
    let Seen { here, meant, leaving } = app.db.run("find session", look).await?;
    let meant = meant.filter(|meant| request.client_id.as_ref() == Some(&meant.client_id));
    let lives = |signed_in: &SignedIn| app.lifetime.standing(&signed_in.session, now) == Standing::Live;
    let (scope, leaving) = match (here, hint, meant) {
        (Some(here), Some(_), Some(meant)) if is_of(&meant, &here) => (Scope::One(here.session.id), leaving),
        (Some(here), ..) if lives(&here) => return Ok(Decision::Ask(Box::new(here))),
        // Nobody is signed in here any more. What the hint names may live on at the client.
        (_, Some(hint), Some(_)) => (Scope::OneOfUser { user: hint.user, id: hint.session }, None),
        // Nor does anything prove who asks.
        _ => return Ok(Decision::SignedOut(None)),
    };
    end(app, scope, now).await?;
    Ok(Decision::SignedOut(leaving))
}

/// What is to be known of the sessions that are meant.
struct Seen {
    /// The browser's.
    here: Option<SignedIn>,
    /// The one that the hint names.
    meant: Option<Meant>,
    /// The browser's, for its provider.
    leaving: Option<Leaving>,
}

fn look(
    conn: &mut Conn,
    browser: Option<SessionId>,
    hint: Option<Hint>,
    at_provider: Option<Timestamp>,
) -> QueryResult<Seen> {
    let here = browser.map(|id| session::find(conn, id)).transpose()?.flatten();
    let meant = hint.map(|hint| store::meant(conn, hint.session)).transpose()?.flatten();
    let meant = meant.filter(|meant| hint.is_some_and(|hint| hint.user == meant.user));
    let asked = browser.map(|session| Asked { session, proven: meant.is_some() });
    let leaving = match (asked, at_provider) {
        (Some(asked), Some(now)) => at_provider::leaving(conn, asked, now)?,
        _ => None,
    };
    Ok(Seen { here, meant, leaving })
}

/// Whether the client's session is one of this browser: under its sign-in, or under one of the same person that is over,
/// as the one before this one is. A sign-in that goes on elsewhere is another browser's, and nobody's to end from here
/// without being asked.
fn is_of(meant: &Meant, here: &SignedIn) -> bool {
    meant.parent == Some(here.session.id) || (meant.user == here.session.user && meant.parent_over)
}

/// Where the browser goes now: to the client's address with its `state`, if that is still registered.
pub fn destination(app: &App, request: &Request) -> Option<String> {
    let client = app.clients.get(request.client_id.as_deref()?)?;
    let uri = request.post_logout_redirect_uri.as_deref().filter(|uri| leads_to(client, uri))?;
    let Some(state) = &request.state else { return Some(uri.to_owned()) };
    let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
    Some(with_query(uri, &format!("state={state}")))
}
