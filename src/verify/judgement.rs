//! Applies the conditions of a rule, and those of the query, to a session.

use chrono::TimeDelta;
use serde_json::Value;

use super::narrowing::Narrowing;
use super::step_up::StepUp;
use crate::access;
use crate::base::clock::Timestamp;
use crate::config::{Registration, SiteConditions};
use crate::session::{Aal, SignedIn};
use crate::token::has_scope;

/// Whether a session passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The session meets all conditions of the rule and the query.
    Passes,
    /// Only the age or the strength of the authentication fails: a new login can mend it.
    StepUp(StepUp),
    /// Another condition fails. The text names it and contains nothing about the person.
    Denied(String),
}

/// Checks a session. `registration` is that of its provider, and `claims` are the stored claims of its identity.
pub fn check_conditions(
    conditions: &SiteConditions,
    narrowing: &Narrowing,
    signed_in: &SignedIn,
    claims: &Value,
    registration: &Registration,
    now: Timestamp,
) -> Judgement {
    let (session, profile) = (&signed_in.session, &signed_in.user.profile);
    if !conditions.providers.is_empty() && !conditions.providers.contains(&session.provider) {
        return Judgement::Denied("allow.providers does not hold: the session is of another provider".into());
    }
    let outcomes = access::evaluate_stored(&conditions.allow, registration, profile, claims);
    if let Some(failed) = outcomes.into_iter().find(|outcome| !outcome.holds) {
        return Judgement::Denied(format!("{} does not hold: {}", failed.rule, failed.why));
    }
    if let Some(why) = narrowing.refusal(session, profile.groups.as_deref().unwrap_or_default()) {
        return Judgement::Denied(why.into());
    }
    let max_age = conditions.max_age.filter(|max_age| !is_recent(session.fresh_auth_time(), *max_age, now));
    let aal = conditions.aal.map(Aal::from).filter(|wanted| session.aal.is_none_or(|aal| aal < *wanted));
    if max_age.is_none() && aal.is_none() { Judgement::Passes } else { Judgement::StepUp(StepUp { max_age, aal }) }
}

/// Whether the rule wants a scope that is not in this list, which is separated by spaces. Without scopes nothing is lacking.
pub fn lacks_scope(conditions: &SiteConditions, scope: &str) -> bool {
    !conditions.scopes.iter().all(|wanted| has_scope(scope, wanted))
}

/// Whether the authentication is at most `max_age` old. A time in the future is of a clock that is ahead.
fn is_recent(auth_time: Option<Timestamp>, max_age: std::time::Duration, now: Timestamp) -> bool {
    let limit = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
    auth_time.is_some_and(|auth_time| now - auth_time <= limit)
}
