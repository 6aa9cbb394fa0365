//! Whether a login is fresh enough to link and unlink identities, and what shows it if it is not (AC-07).

use chrono::TimeDelta;

use super::store::{self, AuthTimes, Confirmation};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::session::{Session, ShownTo};
use crate::upstream::{Handshake, Identity, Provider};

/// The maximum age of the authentication for linking and unlinking.
pub const FRESH: TimeDelta = TimeDelta::minutes(10);

/// Whether the session's authentication is recent enough. The time of the callback never is.
pub fn is_fresh(session: &Session, now: Timestamp) -> bool {
    session.fresh_auth_time().is_some_and(|auth_time| now - auth_time < FRESH)
}

/// The step that a change of the identities needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing: the login is fresh.
    Fresh,
    /// A login at this provider, which shows when it authenticates a person.
    SignIn(String),
    /// The person's confirmation: no provider of the person shows that.
    Confirm,
}

/// Decides what the session needs. One statement, unless its login is fresh.
pub async fn freshness(app: &App, session: &Session, now: Timestamp) -> Result<Freshness, DbError> {
    if is_fresh(session, now) {
        return Ok(Freshness::Fresh);
    }
    let user = session.user;
    let known = app.db.run("find providers of user", move |conn| store::providers_of(conn, user)).await?;
    let able: Vec<_> = known.iter().filter(|known| shows_auth_time(app, &known.provider, known.auth_times)).collect();
    let own = able.iter().find(|known| known.provider == session.provider);
    let found = own.or_else(|| able.iter().find(|known| known.auth_times.sent)).or(able.first());
    Ok(found.map_or(Freshness::Confirm, |known| Freshness::SignIn(known.provider.clone())))
}

/// Decides what the deletion of the account needs. As [`freshness`], but a confirmation is enough in the first minutes of a
/// session only: a stolen session cookie alone deletes nothing.
pub async fn freshness_to_delete(app: &App, session: &Session, now: Timestamp) -> Result<Freshness, DbError> {
    Ok(match freshness(app, session, now).await? {
        Freshness::Confirm if now - session.auth_time >= FRESH => Freshness::SignIn(session.provider.clone()),
        step => step,
    })
}

/// Whether a login at the provider counts as fresh, or may. One `auth_time` shows that it can: a login without one proves
/// nothing then, since `max_age` can be removed from the request in the browser. Not if no login can start there now.
pub(super) fn shows_auth_time(app: &App, id: &str, auth_times: AuthTimes) -> bool {
    let Some(provider @ Provider::Oidc(_)) = app.providers.get(id) else { return false };
    let may_show = auth_times.sent || !auth_times.withheld || provider.registration().insecure_assume_fresh_login;
    may_show && provider.is_available()
}

/// Remembers, in the background and at most once an hour, whether the provider states the authentication time.
pub fn note_auth_time(app: &App, provider: &Provider, handshake: &Handshake, identity: &Identity, now: Timestamp) {
    let sent = identity.auth_time.is_some();
    if !matches!(provider, Provider::Oidc(_)) || !sent && handshake.max_age.is_none() {
        return;
    }
    let id = provider.id().to_owned();
    if app.auth_time_notes.is_due(&format!("{id} {sent}"), now) {
        if !sent && !provider.registration().insecure_assume_fresh_login {
            tracing::warn!(
                provider = %id,
                "the provider sends no auth_time although max_age was requested, so its logins never count as fresh and apps get \
                 login_required; let it send the claim, or set insecure_assume_fresh_login = true if it asks for the password \
                 each time"
            );
        }
        let db = app.db.clone();
        // A lost note costs one login more; the next hour writes it again.
        tokio::spawn(
            async move { db.run("note auth_time", move |conn| store::note_auth_time(conn, &id, sent, now)).await },
        );
    }
}

/// The sealed value in the form of the page that asks for the confirmation. It counts for this session and this change only.
pub fn confirm_value(app: &App, session: &Session, action: &str, which: &str) -> Option<String> {
    ShownTo::new(session).seal(&app.config.ring, &question(action, which))
}

/// Whether the value is of the page that asks this session for this change.
pub fn is_confirmed(app: &App, session: &Session, (action, which): (&str, &str), sealed: &str) -> bool {
    ShownTo::open(&app.config.ring, &question(action, which), sealed) == Some(ShownTo::new(session))
}

/// Accepts a confirmation, and audits it. `false` if the page was shown to another session or for another change.
pub async fn confirm(
    app: &App,
    session: &Session,
    confirmation: Confirmation,
    sealed: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    if !is_confirmed(app, session, (confirmation.action, &confirmation.which), sealed) {
        return Ok(false);
    }
    app.db.run("audit confirmation", move |conn| store::audit_confirmation(conn, &confirmation, now)).await?;
    Ok(true)
}

fn question(action: &str, which: &str) -> String {
    format!("identity:{action}:{which}")
}
