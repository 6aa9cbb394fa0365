//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): validates the request, decides whether the person is asked
//! first, and ends the session.

use super::at_provider::{self, EndingSignIn, SignInOfBrowser};
use super::local::end;
use super::request::{self, Hint, LogoutRequestError, Request};
use super::store::{self, Meant};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, QueryResult};
use crate::base::id::SessionId;
use crate::client::Client;
use crate::config::{ServerLogout, with_query};
use crate::session::{self, Scope, SessionStatus, SignedIn};
use crate::token;

/// The next step of a logout request.
pub enum LogoutOutcome {
    /// The browser is signed out here; the provider's logout may follow.
    SignedOut(Option<EndingSignIn>),
    /// The person is asked first; this is the session that would end.
    Ask(Box<SignedIn>),
    /// A request without a session cookie: the session of the app has ended, and nothing follows.
    OfApp(Reach),
}

/// The requester, by what its request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A browser, with the session that its cookie names.
    Browser(SessionId),
    /// A browser without a valid session cookie.
    WithoutCookie,
    /// A server: neither a session cookie nor the header `Sec-Fetch-Site`, which every browser sends.
    Server,
}

impl Asker {
    fn session(self) -> Option<SessionId> {
        match self {
            Self::Browser(id) => Some(id),
            Self::WithoutCookie | Self::Server => None,
        }
    }
}

/// The sessions that a request without a session cookie has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The session of the app at most.
    App,
    /// The sign-in that the app's session came from, with all apps under it.
    SignIn,
}

/// Validates a request.
///
/// An invalid hint does not refuse the request: the person is asked. But such a request redirects nowhere, since its
/// client is not proven (LO-05).
pub fn validate(app: &App, asked: request::LogoutParameters) -> Result<Request, LogoutRequestError> {
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
    if asked.post_logout_redirect_uri.as_deref().is_some_and(|uri| !leads_to(&client, uri)) {
        return Err(LogoutRequestError::Unregistered);
    }
    Ok(Request {
        client_id: Some(id.to_owned()),
        hint: hint.map(|hint| Hint { user: hint.user, session: hint.session }),
        post_logout_redirect_uri: asked.post_logout_redirect_uri,
        state: asked.state,
    })
}

/// Compares byte for byte with the registered URLs, without normalisation (LO-03).
fn leads_to(client: &Client, uri: &str) -> bool {
    client.post_logout_redirect_uris.iter().any(|registered| registered.matches(uri))
}

/// Ends the session that the request may end without a question, or returns the one to ask about.
pub async fn end_or_ask(app: &App, request: &Request, asker: Asker, now: Timestamp) -> Result<LogoutOutcome, DbError> {
    let (hint, browser) = (request.hint, asker.session());
    let wanted = at_provider::is_wanted(app);
    let used_after = app.lifetime.used_after(now);
    let look = move |conn: &mut Conn| look(conn, browser, hint, used_after, now, wanted);
    let LogoutSituation { here, meant, ending } = app.db.run("find session", look).await?;
    let meant = meant.filter(|meant| request.client_id.as_ref() == Some(&meant.client_id));
    let lives = |signed_in: &SignedIn| app.lifetime.status(&signed_in.session, now) == SessionStatus::Live;
    let (scope, ending) = match (here, hint, meant) {
        (Some(here), Some(_), Some(meant)) if is_of(&meant, &here) => (Scope::One(here.session.id), ending),
        (Some(here), ..) if lives(&here) => return Ok(LogoutOutcome::Ask(Box::new(here))),
        // The browser is not signed in, or a server asks. The client's session that the hint names may still be live.
        (_, Some(hint), Some(meant)) => match asker {
            Asker::Browser(_) => (Scope::OneOfUser { user: hint.user, id: hint.session }, None),
            Asker::WithoutCookie | Asker::Server => return without_cookie(app, asker, hint, &meant, now).await,
        },
        // No hint proves who asks.
        _ => return Ok(LogoutOutcome::SignedOut(None)),
    };
    end(app, scope, now).await?;
    Ok(LogoutOutcome::SignedOut(ending))
}

/// Ends the app's session that the hint names, and for a server of a client with `server_logout = "sign_in"` the sign-in above
/// it. A hint for a session that has ended ends nothing more: an old ID token may have leaked. The provider's logout does not
/// follow, since its URL contains an ID token, which this requester may not see.
async fn without_cookie(
    app: &App,
    asker: Asker,
    hint: Hint,
    meant: &Meant,
    now: Timestamp,
) -> Result<LogoutOutcome, DbError> {
    let client = app.clients.get(&meant.client_id);
    let is_all = asker == Asker::Server
        && client.is_some_and(|client| client.server_logout == ServerLogout::SignIn)
        && meant.lives
        && !meant.parent_over;
    let reach = if is_all { Reach::SignIn } else { Reach::App };
    let id = meant.parent.filter(|_| is_all).unwrap_or(hint.session);
    end(app, Scope::OneOfUser { user: hint.user, id }, now).await?;
    Ok(LogoutOutcome::OfApp(reach))
}

/// The sessions that a request concerns.
struct LogoutSituation {
    /// The session of the browser.
    here: Option<SignedIn>,
    /// The session that the hint names.
    meant: Option<Meant>,
    /// The browser's sign-in, for the logout at its provider.
    ending: Option<EndingSignIn>,
}

fn look(
    conn: &mut Conn,
    browser: Option<SessionId>,
    hint: Option<Hint>,
    used_after: Timestamp,
    now: Timestamp,
    at_provider: bool,
) -> QueryResult<LogoutSituation> {
    let here = browser.map(|id| session::find(conn, id)).transpose()?.flatten();
    let meant = hint.map(|hint| store::meant(conn, hint.session, used_after, now)).transpose()?.flatten();
    let meant = meant.filter(|meant| hint.is_some_and(|hint| hint.user == meant.user));
    let asked = browser.map(|session| SignInOfBrowser { session, proven: meant.is_some() });
    let ending = match asked.filter(|_| at_provider) {
        Some(asked) => at_provider::find_ending(conn, asked, now)?,
        None => None,
    };
    Ok(LogoutSituation { here, meant, ending })
}

/// Whether the client's session belongs to this browser: under its sign-in, or under an ended one of the same user, as the
/// browser's previous sign-in is. A live sign-in elsewhere belongs to another browser, and ends only after a question. So does
/// this one if the hint is of an ended session, since an old ID token may have leaked; but some apps revoke their
/// tokens right before they sign the person out.
fn is_of(meant: &Meant, here: &SignedIn) -> bool {
    let is_under = meant.parent == Some(here.session.id);
    let is_under_previous = meant.user == here.session.user && meant.parent_over;
    (is_under || is_under_previous) && !meant.over
}

/// The redirect to the client's URL with its `state`, if the URL is still registered.
pub fn destination(app: &App, request: &Request) -> Option<String> {
    let client = app.clients.get(request.client_id.as_deref()?)?;
    let uri = request.post_logout_redirect_uri.as_deref().filter(|uri| leads_to(&client, uri))?;
    let Some(state) = &request.state else { return Some(uri.to_owned()) };
    let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
    Some(with_query(uri, &format!("state={state}")))
}
