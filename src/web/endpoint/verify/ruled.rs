//! What the rules say of a request before anything is known of its session.

use actix_web::{HttpRequest, HttpResponse};

use super::answer::denied;
use super::question::Question;
use super::warning::{warn_of_port, warn_of_unknown};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::config::{SiteAccess, SiteConditions};
use crate::verify::{Asked, Ruling, rule};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// No conditions: those of a request that no rule is about, and of rules for everyone.
pub static NO_CONDITIONS: SiteConditions = SiteConditions::none();

/// Who may make the request, and the position of the rule that says so.
pub enum Ruled<'a> {
    /// Those with a session that meets the conditions.
    SignedIn(Option<usize>, &'a SiteConditions),
    /// Everyone, also without a session.
    Anyone(usize),
    /// Nobody; the field is the answer, 403.
    Denied(HttpResponse),
}

/// Finds the rule. What it denies, and why, is in the log.
pub fn ruled<'a>(app: &'a App, request: &HttpRequest, question: &Question<'_>, now: Timestamp) -> Ruled<'a> {
    let site = &question.site;
    let asked = Asked { host: site.host.as_ref(), uri: site.uri, method: site.method };
    let deny = |at, why: &str| Ruled::Denied(denied(app, request, question, None, at, why));
    match rule(&app.config.verify, &asked) {
        Ruling::NoRules => Ruled::SignedIn(None, &NO_CONDITIONS),
        Ruling::Rule(at, rule) => match &rule.access {
            SiteAccess::SignedIn(conditions) => Ruled::SignedIn(Some(at), conditions),
            SiteAccess::Anyone => Ruled::Anyone(at),
            SiteAccess::Deny => deny(Some(at), "allow.deny is set"),
        },
        Ruling::NoMatch => deny(None, "no rule matches"),
        Ruling::Refused(why) => deny(None, &format!("the path {why}")),
        Ruling::MethodNotUpperCase => deny(None, "a rule names methods, and the method is not in upper case"),
        Ruling::UnknownPort(port) => {
            warn_of_port(app, port, now);
            deny(None, "no rule names its port")
        }
        Ruling::Unknown(unknown) => {
            tracing::Span::current().record("why", format!("{} is missing or unusable", unknown.header()));
            warn_of_unknown(app, request, question, unknown, now);
            Ruled::Denied(Problem::from(Refusal::SiteNotAllowed).for_program(request))
        }
    }
}
