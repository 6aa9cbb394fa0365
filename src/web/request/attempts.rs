//! A cookie of our own host with the logins that rules asked this browser for lately, so that a provider which does not
//! authenticate again ends in a page and not in a loop.
//!
//! A login after which the session met the rule is not counted. A login that was completed and changed nothing is not
//! repeated within ten minutes. A login that was not completed, as in a second tab, can be begun again.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use chrono::TimeDelta;

use super::cookies;
use super::extract::Parameters;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::verify::StepUpToken;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// How long a browser is not asked for the same step-up again.
const STEP_UP_ONCE: TimeDelta = TimeDelta::minutes(10);
/// How often a step-up is begun from one session within that time.
const MAX_BEGUN: usize = 3;
/// The maximum number of entries in the cookie.
const MAX_ENTRIES: usize = 16;

/// A login that a rule asked for: `<rule>.<seconds of Unix time>.<part of the session's id>`.
struct Begun<'c> {
    rule: usize,
    at: i64,
    session: &'c str,
}

/// Counts the attempt of a rule that asked this session for a new login. It is refused within ten minutes of one that was
/// completed and changed nothing, and after three that were not completed.
pub fn step_up_once(
    app: &App,
    request: &HttpRequest,
    query: &Parameters,
    now: Timestamp,
) -> Result<Option<Cookie<'static>>, Problem> {
    let Some((token, session)) = query.get("step_up").zip(cookies::named(app, request)) else { return Ok(None) };
    let Some(asked) = StepUpToken::decode(&app.config.ring, token, session) else { return Ok(None) };
    let name = cookies::prefixed(app, &format!("{}-step-up", app.config.sessions.cookie.name), true);
    let earlier = cookies::values(request, &name).next().unwrap_or_default();
    let value = with_attempt(earlier, asked, &short(session), now.timestamp()).ok_or(Refusal::StepUpFailed)?;
    let age = time::Duration::seconds(STEP_UP_ONCE.num_seconds());
    Ok(Some(cookies::plain(app, name, value, SameSite::Lax, age)))
}

/// A short form of the session id, by which the sessions of one browser are distinguished.
fn short(session: SessionId) -> String {
    let id = session.0.simple().to_string();
    id.get(id.len().saturating_sub(8)..).unwrap_or_default().to_owned()
}

/// The entries with one more; `None` if the rule must not ask again.
fn with_attempt(earlier: &str, asked: StepUpToken, session: &str, now: i64) -> Option<String> {
    let is_recent = |at: i64| now.abs_diff(at) <= STEP_UP_ONCE.num_seconds().unsigned_abs();
    let recent = earlier.split('_').filter_map(|text| Some((text, Begun::parse(text)?)));
    let recent: Vec<(&str, Begun<'_>)> = recent.filter(|(_, begun)| is_recent(begun.at)).collect();
    let of_rule = || recent.iter().map(|(_, begun)| begun).filter(|begun| begun.rule == asked.rule);
    let mut failed = of_rule().filter(|begun| begun.at > asked.met_until);
    if failed.any(|begun| begun.session != session)
        || of_rule().filter(|begun| begun.session == session).count() >= MAX_BEGUN
    {
        return None;
    }
    let entry = format!("{}.{now}.{session}", asked.rule);
    let mut entries: Vec<&str> = recent.iter().map(|(text, _)| *text).collect();
    entries.push(&entry);
    let first = entries.len().saturating_sub(MAX_ENTRIES);
    Some(entries.get(first..).unwrap_or_default().join("_"))
}

impl<'c> Begun<'c> {
    fn parse(text: &'c str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (rule, at, session) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        Some(Self { rule, at, session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: StepUpToken = StepUpToken { rule: 2, met_until: 0 };

    #[test]
    fn a_login_that_worked_is_not_counted() {
        let first = with_attempt("", RULE, "a", 1000).expect("the first");
        assert_eq!(first, "2.1000.a");
        // The session "b" met the rule until 1100, so the login that began at 1000 has worked.
        let worked = StepUpToken { met_until: 1100, ..RULE };
        let second = with_attempt(&first, worked, "b", 1101).expect("another one");
        assert_eq!(second, "2.1000.a_2.1101.b");
        assert_eq!(with_attempt(&second, worked, "c", 1102), None, "the second one has changed nothing");
    }

    #[test]
    fn a_completed_login_that_changed_nothing_is_not_repeated() {
        assert_eq!(with_attempt("2.1000.a", RULE, "b", 1001), None);
        assert!(with_attempt("2.1000.a", StepUpToken { rule: 1, ..RULE }, "b", 1001).is_some(), "another rule");
        assert!(with_attempt("2.1000.a", RULE, "b", 1601).is_some(), "ten minutes later");
    }

    #[test]
    fn a_login_that_was_not_completed_can_be_begun_again() {
        let begun = |earlier: &str| with_attempt(earlier, RULE, "a", 1000);
        let three = begun(&begun(&begun("").expect("one")).expect("two")).expect("three");
        assert_eq!(three, "2.1000.a_2.1000.a_2.1000.a");
        assert_eq!(begun(&three), None);
    }

    #[test]
    fn entries_are_bounded_and_foreign_text_is_dropped() {
        let many = (0..40).map(|rule| format!("{rule}.1000.a")).collect::<Vec<_>>().join("_");
        let value = with_attempt(&many, StepUpToken { rule: 99, met_until: 0 }, "a", 1000).expect("one more");
        assert_eq!(value.split('_').count(), MAX_ENTRIES);
        assert_eq!(with_attempt("x_2.y.a_.._3.1000", RULE, "a", 1000).as_deref(), Some("2.1000.a"));
    }
}
