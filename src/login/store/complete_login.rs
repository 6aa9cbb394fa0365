//! Writes a completed login: one statement for a known user; one transaction for a new one, and if a previous session
//! ends, other sessions end or tokens are written.

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use serde_json::Value;

use super::by_email::{self, Named};
use super::write_login::{LoginCompletion, WrittenRow, write_known_identity};
use crate::account::{self, NewUser, Profile, SubStatus, User};
use crate::base::db::{Conn, in_own_transaction, in_transaction};
use crate::base::id::{SubId, UserId};
use crate::config::OnePerUser;
use crate::session::{self, EndReason, Ended, Ending, Scope, Session, SignedIn, StatusIndex};
use crate::vault::{self, PreviousTokens};

/// The rows that a completed login has written.
pub struct Written {
    /// The new session and its user.
    pub signed_in: SignedIn,
    /// Whether the code of the app was stored.
    pub code_issued: bool,
}

/// The result of the write. It is committed in every case.
pub enum CompletionOutcome<T = Written> {
    /// The identity belongs to an existing user.
    Known(T),
    /// A new user was created.
    New(T),
    /// The identity was linked to an existing user by the verified e-mail address.
    LinkedByEmail(T),
    /// The user is disabled; nothing was written.
    Disabled,
    /// The identity is unknown and sign-up is off; nothing was written.
    SignUpOff,
    /// The stored identities of the provider are of this other issuer; nothing was written.
    OtherIssuer(String),
    /// The login was expired, completed or ended by the provider concurrently; nothing was written.
    GivenUp,
}

/// The user and identity of the login, with the previously stored tokens of the provider.
struct Entered {
    written: Written,
    sub_id: SubId,
    before: Option<PreviousTokens>,
}

/// The sessions that the new one replaces, with the reason of their ending.
pub type Gone = (Vec<Ended>, Ending);

/// Writes the login, and ends the browser's previous session, or all others if a user has one at a time.
///
/// The endings are separate statements, so that they see what a concurrent login committed that had locked the user's row
/// first. In one statement they would not, and two concurrent logins would leave two sessions (SE-20).
pub fn complete_login(conn: &mut Conn, completion: &LoginCompletion) -> QueryResult<(CompletionOutcome, Vec<Gone>)> {
    match try_complete_login(conn, completion) {
        // The identity was unlinked, or its user deleted, concurrently: it is unknown by now.
        Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => try_complete_login(conn, completion),
        other => other,
    }
}

fn try_complete_login(conn: &mut Conn, completion: &LoginCompletion) -> QueryResult<(CompletionOutcome, Vec<Gone>)> {
    if completion.previous.is_none() && completion.one_per_user == OnePerUser::Unlimited && completion.tokens.is_none()
    {
        return Ok((without_details(write_known_or_new(conn, completion)?), Vec::new()));
    }
    in_transaction(conn, |conn| {
        let admitted = write_known_or_new(conn, completion)?;
        let gone = match &admitted {
            CompletionOutcome::Known(entered) | CompletionOutcome::LinkedByEmail(entered) => {
                if let Some(old) = completion.previous {
                    // A new login in the same browser keeps the apps' sessions.
                    session::reparent(conn, old, completion.session.id, entered.written.signed_in.user.sub)?;
                }
                end_others(conn, completion, entered.written.signed_in.user.sub)?
            }
            CompletionOutcome::New(entered) => end_others(conn, completion, entered.written.signed_in.user.sub)?,
            _ => Vec::new(),
        };
        Ok((without_details(keep_tokens(conn, completion, admitted)?), gone))
    })
}

/// Written last: endings lock the rows of sessions before those of tokens.
fn keep_tokens(
    conn: &mut Conn,
    completion: &LoginCompletion,
    mut admitted: CompletionOutcome<Entered>,
) -> QueryResult<CompletionOutcome<Entered>> {
    let entered = match &mut admitted {
        CompletionOutcome::Known(entered)
        | CompletionOutcome::New(entered)
        | CompletionOutcome::LinkedByEmail(entered) => Some(entered),
        _ => None,
    };
    if let (Some(entered), Some(tokens)) = (entered, &completion.tokens) {
        vault::save_over(conn, tokens, entered.sub_id, entered.before.take(), completion.now)?;
    }
    Ok(admitted)
}

fn without_details(admitted: CompletionOutcome<Entered>) -> CompletionOutcome {
    match admitted {
        CompletionOutcome::Known(entered) => CompletionOutcome::Known(entered.written),
        CompletionOutcome::New(entered) => CompletionOutcome::New(entered.written),
        CompletionOutcome::LinkedByEmail(entered) => CompletionOutcome::LinkedByEmail(entered.written),
        CompletionOutcome::Disabled => CompletionOutcome::Disabled,
        CompletionOutcome::SignUpOff => CompletionOutcome::SignUpOff,
        CompletionOutcome::OtherIssuer(other) => CompletionOutcome::OtherIssuer(other),
        CompletionOutcome::GivenUp => CompletionOutcome::GivenUp,
    }
}

fn end_others(conn: &mut Conn, completion: &LoginCompletion, user: UserId) -> QueryResult<Vec<Gone>> {
    let mut gone = Vec::new();
    let except = completion.session.id;
    let one_per_user: Vec<Scope> = match (completion.one_per_user, &completion.tag) {
        (OnePerUser::All, _) => vec![Scope::OthersOfUser { user, except }],
        (OnePerUser::Tag, Some(tag)) => session::of_tag(conn, user, tag, except)?.into_iter().map(Scope::One).collect(),
        (OnePerUser::Tag, None) | (OnePerUser::Unlimited, _) => Vec::new(),
    };
    let others = one_per_user.into_iter().map(|scope| (scope, EndReason::OnePerUser));
    let previous = completion.previous.map(|id| (Scope::One(id), EndReason::Replaced));
    for (scope, reason) in others.chain(previous) {
        let ending = completion.endings.ending(reason, completion.now);
        gone.push((session::end_where(conn, scope, &ending)?, ending));
    }
    Ok(gone)
}

/// Writes the login of a known identity with one statement, and handles the other cases if it returns no row.
fn write_known_or_new(conn: &mut Conn, completion: &LoginCompletion) -> QueryResult<CompletionOutcome<Entered>> {
    if let Some(written) = write_known_identity(conn, completion)? {
        return Ok(CompletionOutcome::Known(entered(completion, written)));
    }
    match account::sub_status(conn, &completion.session.provider, &completion.issuer, &completion.sub)? {
        SubStatus::OtherIssuer(other) => return Ok(CompletionOutcome::OtherIssuer(other)),
        SubStatus::Disabled => return Ok(CompletionOutcome::Disabled),
        // A concurrent login may have created the user since the first attempt.
        SubStatus::Enabled => return write_again(conn, completion),
        SubStatus::Unknown => {}
    }
    // A savepoint: without the login row only this part is rolled back. It locks the e-mail address, the user and the
    // identity before the locks of [`write_known_identity`]; a deadlock with a concurrent login is retried
    // (`base::db`).
    match in_own_transaction(conn, |conn| complete_unknown_identity(conn, completion)) {
        Ok(Some(admitted)) => Ok(admitted),
        // A concurrent login of the same person was first.
        Ok(None) => write_again(conn, completion),
        Err(Error::RollbackTransaction) => Ok(CompletionOutcome::GivenUp),
        Err(error) => Err(error),
    }
}

/// Writes the login of an unknown identity: links it to the user with the verified address, or creates a user. `None`
/// if a concurrent login stored the identity.
fn complete_unknown_identity(
    conn: &mut Conn,
    completion: &LoginCompletion,
) -> QueryResult<Option<CompletionOutcome<Entered>>> {
    let LoginCompletion { session, issuer, sub, profile, vouching, now, .. } = completion;
    let email = profile.email.as_deref().filter(|_| profile.has_verified_email() && !vouching.is_empty());
    let named = email.map(|email| by_email::named(conn, email, vouching, &session.provider)).transpose()?;
    // A login that is no longer pending creates and links nothing.
    let written = |conn: &mut Conn| write_known_identity(conn, completion)?.ok_or(Error::RollbackTransaction);
    match named {
        Some(Named::User(user)) => {
            let reference = completion.reference.as_str();
            if !by_email::link_by_email(conn, user, (&session.provider, issuer), sub, reference, *now)? {
                return Ok(None);
            }
            return Ok(Some(CompletionOutcome::LinkedByEmail(entered(completion, written(conn)?))));
        }
        Some(Named::Disabled) => return Ok(Some(CompletionOutcome::Disabled)),
        Some(Named::Nobody) | None => {}
    }
    if !completion.sign_up {
        let known = account::sub_status(conn, &session.provider, issuer, sub)? != SubStatus::Unknown;
        return Ok(Some(CompletionOutcome::SignUpOff).filter(|_| !known));
    }
    let new = NewUser { user: session.user, provider: &session.provider, issuer, sub, now: *now };
    if !account::create(conn, &new)? {
        return Ok(None);
    }
    Ok(Some(CompletionOutcome::New(entered(completion, written(conn)?))))
}

/// Writes the login of an identity that is known by now; without a row the login was ended concurrently.
fn write_again(conn: &mut Conn, completion: &LoginCompletion) -> QueryResult<CompletionOutcome<Entered>> {
    let written = write_known_identity(conn, completion)?;
    Ok(written.map_or(CompletionOutcome::GivenUp, |written| CompletionOutcome::Known(entered(completion, written))))
}

fn entered(completion: &LoginCompletion, written: WrittenRow) -> Entered {
    let (user, status_index) = (written.user_id, StatusIndex::new(written.status_index));
    let session = Session { user, status_index, ..completion.session.clone() };
    let profile = Profile { name: written.name.clone(), ..completion.profile.clone() };
    let signed_in = SignedIn { session, user: User { sub: user, profile }, claims: Value::Null };
    let before = written.kept_version.map(|version| PreviousTokens { version, sealed: written.kept_sealed });
    let (sub_id, code_issued) = (written.sub_id, written.code_issued);
    Entered { written: Written { signed_in, code_issued }, sub_id, before }
}
