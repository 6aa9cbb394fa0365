//! A cookie of our own host with the rules that asked this browser for a new login lately: a rule asks once in ten minutes, so
//! that a provider which does not authenticate anew ends in a page and not in a loop.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use chrono::TimeDelta;

use super::cookies;
use super::extract::Parameters;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::verify::StepUpToken;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// How long a browser is not asked for the same step-up again.
const STEP_UP_ONCE: TimeDelta = TimeDelta::minutes(10);
/// The maximum number of rules in the cookie.
const MAX_RULES: usize = 16;

/// Counts the attempt of a rule that asked this session for a new login. The second one within ten minutes is refused: the
/// first has changed nothing.
pub fn step_up_once(
    app: &App,
    request: &HttpRequest,
    query: &Parameters,
    now: Timestamp,
) -> Result<Option<Cookie<'static>>, Problem> {
    let token = query.get("step_up").zip(cookies::named(app, request));
    let Some(rule) = token.and_then(|(token, session)| StepUpToken::decode(&app.config.ring, token, session)) else {
        return Ok(None);
    };
    step_up(app, request, rule, now).map(Some).ok_or_else(|| Refusal::StepUpFailed.into())
}

fn name(app: &App) -> String {
    cookies::prefixed(app, &format!("{}-step-up", app.config.sessions.cookie.name), true)
}

/// Records that a rule asks this browser for a new login. `None` where it did so within ten minutes.
fn step_up(app: &App, request: &HttpRequest, rule: &str, now: Timestamp) -> Option<Cookie<'static>> {
    let name = name(app);
    let earlier = cookies::values(request, &name).next().unwrap_or_default();
    let recent = |entry: &&str| at_of(entry).is_some_and(|at| is_within(at, now, STEP_UP_ONCE));
    let mut entries: Vec<&str> = earlier.split('_').filter(recent).collect();
    if entries.iter().any(|entry| entry.split_once('.').is_some_and(|(asked, _)| asked == rule)) {
        return None;
    }
    let entry = format!("{rule}.{}", now.timestamp());
    entries.push(&entry);
    let first = entries.len().saturating_sub(MAX_RULES);
    let value = entries.get(first..).unwrap_or_default().join("_");
    Some(cookies::plain(app, name, value, SameSite::Lax, time::Duration::seconds(STEP_UP_ONCE.num_seconds())))
}

fn at_of(entry: &str) -> Option<Timestamp> {
    Timestamp::from_timestamp(entry.split_once('.')?.1.parse().ok()?, 0)
}

fn is_within(at: Timestamp, now: Timestamp, limit: TimeDelta) -> bool {
    (-limit..=limit).contains(&(now - at))
}
