//! Decides what an authorization request needs before its code is issued, as a pure function.

use chrono::TimeDelta;

use super::answer::OAuthError;
use super::request::AuthorizationRequest;
use crate::base::clock::Timestamp;
use crate::session::Session;

/// The tolerated difference between a provider's clock and ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// The inputs of the decision.
#[expect(clippy::struct_excessive_bools, reason = "each is one fact of the request")]
pub struct DecisionInput<'a> {
    /// The browser's session, if it is signed in and the client accepts its provider.
    pub session: Option<&'a Session>,
    /// Whether the person signed in for this request.
    pub for_this: bool,
    /// Whether the person gave consent.
    pub consented: bool,
    /// Whether the session's provider may give a requested `acr`.
    pub may_step_up: bool,
    /// Whether a condition of `clients.<id>.allow` refuses the person.
    pub refused: bool,
    /// When the request was received.
    pub asked_at: Timestamp,
    /// The current time, from the clock of the process.
    pub now: Timestamp,
}

/// The next step of an authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Issue an authorization code to the app.
    Code,
    /// Ask the person for consent.
    Consent,
    /// Send the person to a login.
    SignIn,
    /// Send the person to a login at the session's provider, for a requested `acr` that the session does not have.
    StepUp,
    /// Show the person that the app may not be used with this account.
    Deny,
    /// Answer the app with an error.
    Refuse(OAuthError, &'static str),
}

/// Decides the next step.
pub fn decide(request: &AuthorizationRequest, input: &DecisionInput<'_>) -> Decision {
    let fits = |session: &&Session| {
        request.provider.as_ref().is_none_or(|provider| *provider == session.provider)
            && request.hinted_user.is_none_or(|user| user == session.user)
    };
    let next = match input.session.filter(fits) {
        None if input.for_this => Decision::Refuse(OAuthError::LoginRequired, "another person signed in"),
        None => Decision::SignIn,
        Some(session) => with_session(request, session, input),
    };
    match next {
        Decision::SignIn if request.prompt.none => Decision::Refuse(OAuthError::LoginRequired, "nobody is signed in"),
        Decision::Deny if request.prompt.none => {
            Decision::Refuse(OAuthError::AccessDenied, "the person may not use the app")
        }
        Decision::Consent if request.prompt.none => {
            Decision::Refuse(OAuthError::ConsentRequired, "the person has to agree")
        }
        next => next,
    }
}

fn with_session(request: &AuthorizationRequest, session: &Session, input: &DecisionInput<'_>) -> Decision {
    let prompt = request.prompt;
    if (prompt.login || prompt.select_account) && !input.for_this {
        return Decision::SignIn;
    }
    if !is_fresh(request, session, input) {
        let why = "the provider does not say that the person was authenticated again";
        return if input.for_this { Decision::Refuse(OAuthError::LoginRequired, why) } else { Decision::SignIn };
    }
    if input.refused {
        return Decision::Deny;
    }
    if !input.for_this && !prompt.none && input.may_step_up && lacks_acr(request, session) {
        return Decision::StepUp;
    }
    if (prompt.consent || request.installed || request.by_url.is_some()) && !input.consented {
        Decision::Consent
    } else {
        Decision::Code
    }
}

/// Whether the session has none of the requested `acr_values`, and its login did not ask for them. They are compared as text, since
/// `acr` has no order.
fn lacks_acr(request: &AuthorizationRequest, session: &Session) -> bool {
    let Some(wanted) = &request.acr_values else { return false };
    let values = || wanted.split(' ').filter(|value| !value.is_empty());
    let asked = |value: &str| session.asked_acr.as_ref().is_some_and(|asked| asked.split(' ').any(|one| one == value));
    values().next().is_some() && !values().any(|value| session.acr.as_deref() == Some(value)) && !values().all(asked)
}

/// Whether the authentication satisfies `max_age` and `prompt=login`. Only an `auth_time` of the provider counts, or
/// the operator's assumption (`insecure_assume_fresh_login`).
fn is_fresh(request: &AuthorizationRequest, session: &Session, input: &DecisionInput<'_>) -> bool {
    // Who signed in for this request may read the consent page for as long as the request is valid.
    let latest = if input.for_this { input.asked_at - LEEWAY } else { input.now };
    let since = |seconds: u32| latest - TimeDelta::seconds(seconds.into());
    let is_since = |since: Timestamp| session.fresh_auth_time().is_some_and(|auth_time| auth_time >= since);
    let young = request.max_age.is_none_or(|seconds| is_since(since(seconds)));
    let anew = !request.prompt.login || is_since(input.asked_at - LEEWAY);
    young && anew
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::request::Prompt;
    use super::*;
    use crate::base::id::{SessionId, UserId};
    use crate::grant::AnswerMode;
    use crate::session::StatusIndex;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn session(auth_time: i64) -> Session {
        Session {
            id: SessionId(Uuid::from_u128(1)),
            user: UserId(Uuid::from_u128(2)),
            user_disabled: false,
            provider: "corp".into(),
            client_id: "vestibule".into(),
            scopes: String::new(),
            resource: None,
            auth_time: at(auth_time),
            auth_time_vouched: true,
            auth_time_assumed: false,
            aal: None,
            acr: None,
            amr: None,
            asked_acr: None,
            last_activity_at: at(auth_time),
            not_after: at(1_000_000),
            ended_at: None,
            status_index: StatusIndex::new(0),
        }
    }

    fn request(prompt: &str) -> AuthorizationRequest {
        AuthorizationRequest {
            client_id: "web".into(),
            redirect_uri: "https://a.example/cb".into(),
            installed: false,
            pushed: false,
            mode: AnswerMode::Query,
            state: None,
            scope: "openid".into(),
            nonce: None,
            challenge: None,
            prompt: Prompt::parse(prompt).expect("a prompt"),
            max_age: None,
            login_hint: None,
            acr_values: None,
            ui_locales: None,
            provider: None,
            resource: None,
            hinted_user: None,
            by_url: None,
        }
    }

    /// A request of second 1000, decided at second 1010.
    fn decision(
        request: &AuthorizationRequest,
        session: Option<&Session>,
        for_this: bool,
        consented: bool,
    ) -> Decision {
        decide(
            request,
            &DecisionInput {
                session,
                for_this,
                consented,
                may_step_up: true,
                refused: false,
                asked_at: at(1000),
                now: at(1010),
            },
        )
    }

    fn login_required(decision: Decision) -> bool {
        matches!(decision, Decision::Refuse(OAuthError::LoginRequired, _))
    }

    /// AZ-22: `prompt=none` never leads to a page.
    #[test]
    fn nothing_is_shown_where_nothing_may_be() {
        assert!(login_required(decision(&request("none"), None, false, false)));
        assert_eq!(decision(&request("none"), Some(&session(0)), false, false), Decision::Code);
        let installed = AuthorizationRequest { installed: true, ..request("none") };
        let refused = decision(&installed, Some(&session(0)), false, false);
        assert!(matches!(refused, Decision::Refuse(OAuthError::ConsentRequired, _)));
        let old = AuthorizationRequest { max_age: Some(5), ..request("none") };
        assert!(login_required(decision(&old, Some(&session(0)), false, false)));
    }

    #[test]
    fn who_is_signed_in_goes_straight_on() {
        assert_eq!(decision(&request(""), None, false, false), Decision::SignIn);
        assert_eq!(decision(&request(""), Some(&session(0)), false, false), Decision::Code);
        for elsewhere in [
            AuthorizationRequest { provider: Some("other".into()), ..request("") },
            AuthorizationRequest { hinted_user: Some(UserId(Uuid::from_u128(9))), ..request("") },
        ] {
            assert_eq!(decision(&elsewhere, Some(&session(0)), false, false), Decision::SignIn);
            assert!(login_required(decision(&elsewhere, Some(&session(1005)), true, false)));
        }
    }

    /// AZ-24: `max_age` and `prompt=login` want a new authentication.
    #[test]
    fn a_new_login_is_asked_for_and_checked() {
        let login = request("login");
        assert_eq!(decision(&login, Some(&session(1009)), false, false), Decision::SignIn);
        assert_eq!(decision(&login, Some(&session(1005)), true, false), Decision::Code);
        assert_eq!(decision(&login, Some(&session(941)), true, false), Decision::Code);
        assert!(login_required(decision(&login, Some(&session(939)), true, false)));
        let silent = Session { auth_time_vouched: false, ..session(1005) };
        assert!(login_required(decision(&login, Some(&silent), true, false)));
        assert_eq!(decision(&request(""), Some(&silent), true, false), Decision::Code);
        let assumed = Session { auth_time_assumed: true, ..silent.clone() };
        assert_eq!(decision(&login, Some(&assumed), true, false), Decision::Code);
        let young = AuthorizationRequest { max_age: Some(100), ..request("") };
        assert_eq!(decision(&young, Some(&session(910)), false, false), Decision::Code);
        assert_eq!(decision(&young, Some(&session(909)), false, false), Decision::SignIn);
        assert_eq!(decision(&young, Some(&silent), false, false), Decision::SignIn);
        assert_eq!(decision(&young, Some(&session(840)), true, false), Decision::Code);
        assert!(login_required(decision(&young, Some(&session(839)), true, false)));
        // However long the person reads the consent page.
        let now = AuthorizationRequest { max_age: Some(0), ..request("") };
        assert_eq!(decision(&now, Some(&session(945)), true, false), Decision::Code);
        assert!(login_required(decision(&now, Some(&session(939)), true, false)));
        assert!(login_required(decision(&young, Some(&silent), true, false)));
        let chooses = request("select_account");
        assert_eq!(decision(&chooses, Some(&session(1009)), false, false), Decision::SignIn);
        assert_eq!(decision(&chooses, Some(&session(0)), true, false), Decision::Code);
    }

    /// A requested `acr` that the session lacks leads to its provider once for these values, and never with `prompt=none`.
    #[test]
    fn a_missing_acr_leads_to_the_provider_once() {
        let asks = |values: &str| AuthorizationRequest { acr_values: Some(values.into()), ..request("") };
        let has = |acr: Option<&str>, asked: Option<&str>| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            Session { acr: text(acr), asked_acr: text(asked), ..session(0) }
        };
        for (values, acr, asked, expected) in [
            ("gold", Some("silver"), None, Decision::StepUp),
            ("gold", None, None, Decision::StepUp),
            ("gold", Some("gold"), None, Decision::Code),
            ("gold silver", Some("silver"), None, Decision::Code),
            ("platinum gold", Some("silver"), None, Decision::StepUp),
            ("gold", Some("silver"), Some("gold"), Decision::Code),
            ("gold", Some("silver"), Some("platinum gold"), Decision::Code),
            ("gold platinum", Some("silver"), Some("gold"), Decision::StepUp),
            ("gold", Some("GOLD"), None, Decision::StepUp),
            ("", Some("silver"), None, Decision::Code),
            (" ", Some("silver"), None, Decision::Code),
        ] {
            let session = has(acr, asked);
            assert_eq!(decision(&asks(values), Some(&session), false, false), expected, "{values} {acr:?} {asked:?}");
            assert_eq!(decision(&asks(values), Some(&session), true, false), Decision::Code, "the app gets what came");
            let silent = AuthorizationRequest { prompt: request("none").prompt, ..asks(values) };
            assert_eq!(decision(&silent, Some(&session), false, false), Decision::Code);
            let input = DecisionInput {
                session: Some(&session),
                for_this: false,
                consented: false,
                may_step_up: false,
                refused: false,
                asked_at: at(0),
                now: at(0),
            };
            assert_eq!(decide(&asks(values), &input), Decision::Code, "the provider cannot");
        }
        assert_eq!(decision(&asks("gold"), None, false, false), Decision::SignIn);
        let other = AuthorizationRequest { hinted_user: Some(UserId(Uuid::from_u128(9))), ..asks("gold") };
        assert!(login_required(decision(&other, Some(&has(Some("gold"), None)), true, false)));
    }

    /// `clients.<id>.allow`: no consent and no step-up is asked for before it, and a login with another account is possible.
    #[test]
    fn a_person_that_the_app_does_not_take_gets_no_code() {
        let decision = |request: &AuthorizationRequest, for_this| {
            let session = session(0);
            let (session, may_step_up) = (Some(&session), true);
            let input = DecisionInput {
                session,
                for_this,
                consented: true,
                may_step_up,
                refused: true,
                asked_at: at(1000),
                now: at(1010),
            };
            decide(request, &input)
        };
        let asks_for_acr = AuthorizationRequest { acr_values: Some("gold".into()), ..request("") };
        let installed = AuthorizationRequest { installed: true, ..request("") };
        for asks in [request(""), asks_for_acr, installed, request("consent")] {
            assert_eq!((decision(&asks, false), decision(&asks, true)), (Decision::Deny, Decision::Deny));
        }
        assert!(matches!(decision(&request("none"), false), Decision::Refuse(OAuthError::AccessDenied, _)));
        let chooses = request("select_account");
        assert_eq!((decision(&chooses, false), decision(&chooses, true)), (Decision::SignIn, Decision::Deny));
    }

    #[test]
    fn an_installed_app_is_agreed_to() {
        let installed = AuthorizationRequest { installed: true, ..request("") };
        for asks in [installed, request("consent")] {
            assert_eq!(decision(&asks, Some(&session(0)), false, false), Decision::Consent);
            assert_eq!(decision(&asks, Some(&session(0)), false, true), Decision::Code);
        }
    }
}
