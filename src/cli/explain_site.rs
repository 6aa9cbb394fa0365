//! `vestibule explain --host`: which of `verify.rules` decides on a request to a site, and for whom.

use serde::Serialize;
use serde_json::json;

use super::explanation;
use crate::access::{self, RuleOutcome};
use crate::base::clock::Timestamp;
use crate::config::{Config, Registration, SiteAccess, SiteConditions, SiteHost};
use crate::login::{self, Rule};
use crate::session::Lifetime;
use crate::upstream::Identity;
use crate::verify::{self, Asked, Judgement, Narrowing, Ruling};

/// The request to the site.
pub struct SiteQuestion<'a> {
    pub host: &'a str,
    pub path: &'a str,
    pub method: &'a str,
}

/// The person who asks, as a login with given claims would make them known.
pub struct Person<'a> {
    pub registration: &'a Registration,
    pub identity: &'a Identity,
}

/// The rule that decides, and its decision.
#[derive(Serialize)]
pub struct SiteExplained {
    /// The position of the rule, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<usize>,
    /// Whether the request passes; `None` if that depends on a person who is not given.
    pub passes: Option<bool>,
    /// Why the request passes, or what it lacks.
    pub why: String,
    /// Each condition on the person, with what it wants and what the person has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Rule>,
}

/// Explains a request. Fails for a text that is not a host.
pub fn explain(
    config: &Config,
    question: &SiteQuestion<'_>,
    person: Option<&Person<'_>>,
    now: Timestamp,
) -> Result<SiteExplained, String> {
    let host = SiteHost::parse(question.host, config.verify.default_port).ok_or_else(|| {
        format!("{:?} is not a host, as \"wiki.example.com\" or \"wiki.example.com:8443\"", question.host)
    })?;
    let asked = Asked { host: Some(&host), uri: Some(question.path.as_bytes()), method: Some(question.method) };
    let decided = |rule, passes, why: String| Ok(SiteExplained { rule, passes, why, conditions: Vec::new() });
    match verify::rule(&config.verify, &asked) {
        Ruling::NoMatch => decided(None, Some(false), "no rule matches, and what matches none is denied".into()),
        Ruling::Refused(refused) => decided(None, Some(false), format!("the path {refused}; such paths are denied")),
        Ruling::MethodNotUpperCase => {
            let why = "a rule names methods, and the method is not in upper case; such requests are denied";
            decided(None, Some(false), why.into())
        }
        Ruling::UnknownPort(port) => {
            let why = format!("no rule names the port {port}; a port that the client wrote into Host is denied");
            decided(None, Some(false), why)
        }
        Ruling::Unknown(unknown) => decided(None, Some(false), format!("{} is unknown", unknown.header())),
        Ruling::NoRules => {
            let why = "there are no rules, so everyone who is signed in passes";
            decided(None, person.map(|_| true), why.into())
        }
        Ruling::Rule(at, rule) => match &rule.access {
            SiteAccess::Deny => decided(Some(at), Some(false), "deny = true".into()),
            SiteAccess::Anyone => decided(Some(at), Some(true), "anyone = true".into()),
            SiteAccess::SignedIn(conditions) => {
                let Some(person) = person else { return decided(Some(at), None, wanted(conditions)) };
                let (passes, why) = judged(config, conditions, person, now);
                Ok(SiteExplained { rule: Some(at), passes, why, conditions: compared(conditions, person) })
            }
        },
    }
}

fn judged(config: &Config, conditions: &SiteConditions, person: &Person<'_>, now: Timestamp) -> (Option<bool>, String) {
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let signed_in = login::new_session(person.registration, person.identity, lifetime, now);
    let claims = &person.identity.claims;
    if verify::lacks_scope(conditions, &signed_in.session.scopes) {
        let scopes = conditions.scopes.join(", ");
        let why =
            format!("scopes does not hold: a session cookie has none of other resources; the rule wants {scopes}");
        return (Some(false), why);
    }
    match verify::check_conditions(conditions, &Narrowing::default(), &signed_in, claims, person.registration, now) {
        Judgement::Passes => (Some(true), "all conditions hold".into()),
        Judgement::Denied(why) => (Some(false), why),
        Judgement::StepUp(_) => {
            (Some(false), "the login is not recent or not strong enough: a new one is asked for".into())
        }
    }
}

/// The conditions on the person, each with what it wants and what the person has.
fn compared(conditions: &SiteConditions, person: &Person<'_>) -> Vec<Rule> {
    let Person { registration, identity } = person;
    let (allow, profile, claims) = (&conditions.allow, &identity.profile, &identity.claims);
    let of_provider = (!conditions.providers.is_empty()).then(|| {
        let holds = conditions.providers.contains(&registration.id);
        let why = if holds { "the login is at one of them" } else { "the login is at another provider" };
        let judged = RuleOutcome { rule: "allow.providers".to_owned(), holds, why: why.to_owned() };
        Rule { judged, wanted: Some(json!(conditions.providers)), found: Some(json!(registration.id)) }
    });
    let outcomes = access::evaluate_stored(allow, registration, profile, claims).into_iter();
    let values = access::looked_at_stored(allow, registration, profile, claims);
    let of_profile =
        outcomes.zip(values).map(|(judged, (wanted, found))| Rule { judged, wanted: Some(wanted), found: Some(found) });
    of_provider.into_iter().chain(of_profile).collect()
}

/// The conditions in words.
fn wanted(conditions: &SiteConditions) -> String {
    let mut parts = Vec::new();
    let allow = &conditions.allow;
    for (name, values) in
        [("email_domains", &allow.email_domains), ("groups", &allow.groups), ("providers", &conditions.providers)]
    {
        if !values.is_empty() {
            parts.push(format!("{name}: any of {}", values.join(", ")));
        }
    }
    parts.extend(allow.claims.iter().map(|(pointer, value)| format!("claim {} = {value:?}", pointer.as_str())));
    parts.extend(conditions.max_age.map(|age| format!("max_age: {} s", age.as_secs())));
    if !conditions.scopes.is_empty() {
        parts.push(format!("scopes: all of {}", conditions.scopes.join(", ")));
    }
    parts.extend(conditions.aal.map(|aal| format!("aal: at least {aal:?}").to_lowercase()));
    if parts.is_empty() { "everyone who is signed in".into() } else { format!("signed in, and {}", parts.join("; ")) }
}

/// The result as text.
pub fn text(explained: &SiteExplained) -> String {
    let rule = explained.rule.map(|at| format!("verify.rules[{at}] decides.\n")).unwrap_or_default();
    let outcome = match explained.passes {
        Some(true) => "Passes",
        Some(false) => "Denied",
        None => "Passes for",
    };
    let conditions: String =
        explained.conditions.iter().flat_map(explanation::of_rule).map(|line| line + "\n").collect();
    format!("{rule}{outcome}: {}.\n{conditions}", explained.why)
}
