//! Completes a login whose identity the provider has confirmed: checks, then one write.

use serde::Deserialize;

use super::authorization_session::{Claimed, Steps};
use super::by_email;
use super::failure::{LoginError, LoginFailure};
use super::finished::Completed;
use super::input::{AnswerApp, Caller};
use super::new_session::{ForApp, app_session, new_session};
use super::refusal::{Code, Goal, LoginRefusal};
use super::store::{self, CompletionOutcome, LoginCompletion, Written};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::{AtProvider, Event};
use crate::base::id::SessionId;
use crate::config::{ResponseMode, UserClaim};
use crate::grant::PreparedAnswer;
use crate::session::{self, SignedIn};
use crate::telemetry;
use crate::token;
use crate::upstream::{Identity, Provider};

/// The browser that completes the login.
pub struct BrowserOf {
    /// Its current session, which the new one replaces.
    pub previous: Option<SessionId>,
    /// The origin of the request.
    pub caller: Caller,
}

/// Creates the session, answers the app if it needs no other step, and ends the previous session of this browser.
pub async fn create_session(
    app: &App,
    provider: &Provider,
    browser: BrowserOf,
    claimed: &mut Claimed,
    identity: Identity,
    answer: AnswerApp<'_>,
    returned_at: Timestamp,
) -> Result<Completed, LoginError> {
    // The provider may have answered slowly; the session begins now.
    let now = app.clock.now();
    let registration = provider.registration();
    let signed_in = new_session(registration, &identity, app.lifetime, now);
    check_token_size(app, claimed, &signed_in, now)?;
    warn_of_missing_email(app, &signed_in, now);
    let answer = claimed.stored_request.take().and_then(|stored| answer(stored, &signed_in, now));
    let (code, location) = answer.map(|PreparedAnswer { code, location }| (code, location)).unzip();
    let all = app.providers.iter().map(Provider::registration);
    let vouching = by_email::vouching(app.config.login.link_by_verified_email, registration, &identity.profile, all);
    let id = signed_in.session.id;
    // Sign in with Apple sends the name only once, at the first login, in the form.
    let keep_name = registration.response_mode == ResponseMode::FormPost;
    let tokens = app.vault.new_tokens(provider, &identity.tokens, now);
    let id_token = identity.tokens.id_token.as_ref();
    let sealed = id_token.map(|token| session::seal_upstream_id_token(&app.config.ring, id, token));
    let completion = LoginCompletion {
        authorization_session: claimed.id,
        reference: claimed.reference.clone(),
        session: signed_in.session,
        issuer: app.providers.issuer_of(provider.id()).to_owned(),
        sub: identity.sub,
        profile: identity.profile,
        keep_name,
        claims: identity.claims,
        upstream_sid: identity.sid,
        upstream_id_token: sealed,
        returned_at,
        caller: browser.caller,
        steps: Steps::one(now, "completed", None).to_json(),
        sign_up: app.config.login.sign_up,
        vouching,
        previous: browser.previous,
        one_per_user: app.config.sessions.one_per_user,
        endings: app.endings.clone(),
        tokens,
        code,
        now,
    };
    let (outcome, gone) = app.db.run("complete login", move |conn| store::complete_login(conn, &completion)).await?;
    for (ended, ending) in &gone {
        app.ended(ended, ending);
    }
    let provider = provider.id().to_owned();
    let (Written { signed_in, code_issued }, new_user) = match outcome {
        CompletionOutcome::Known(written) => (written, false),
        CompletionOutcome::New(written) => (written, true),
        CompletionOutcome::LinkedByEmail(written) => {
            let signed_in = &written.signed_in;
            let (user, provider) = (signed_in.user.sub, provider.clone());
            telemetry::record(&Event::IdentityLinked { user, provider, by: "verified_email" });
            (written, false)
        }
        CompletionOutcome::Disabled => {
            return Err(LoginFailure::denied(Code::UserDisabled, "the user is disabled").into());
        }
        CompletionOutcome::OtherIssuer(stored) => {
            return Err(LoginFailure::other_issuer(app, &provider, &stored).into());
        }
        CompletionOutcome::SignUpOff => {
            return Err(LoginFailure::denied(Code::NotAllowed, "unknown here, and sign-up is off").into());
        }
        CompletionOutcome::GivenUp => {
            let (reference, request) = (Some(claimed.reference.clone()), claimed.request);
            let goal = Some(Goal { provider, return_to: claimed.return_to.clone() });
            return Err(LoginError::Refusal(LoginRefusal::Refused {
                code: Code::StateExpired,
                reference,
                request,
                goal,
                needs_operator: false,
            }));
        }
    };
    telemetry::record(&Event::LoginCompleted {
        provider,
        user: signed_in.user.sub,
        session: id,
        reference: claimed.reference.clone(),
        new_user,
    });
    let (return_to, request) = (claimed.return_to.clone(), claimed.request);
    let answer = location.filter(|_| code_issued);
    Ok(Completed { signed_in, return_to, request, answer, tokens: identity.tokens })
}

/// Warns where `tokens.claims` has `email`, and the provider does not say whether the address is verified: tokens lack it then.
fn warn_of_missing_email(app: &App, signed_in: &SignedIn, now: Timestamp) {
    let profile = &signed_in.user.profile;
    let is_left_out = profile.email.is_some() && profile.email_verified.is_none();
    if !is_left_out || !app.config.tokens.claims.contains(&UserClaim::Email) {
        return;
    }
    let provider = &signed_in.session.provider;
    if app.email_warnings.is_due(provider, now) {
        telemetry::record(&Event::AtProvider { provider: provider.clone(), what: AtProvider::EmailLeftOut });
    }
}

/// Checks that neither the token of this login nor that of its app exceeds `tokens.max_bytes`: many servers refuse headers
/// of 8 KiB without a useful error.
fn check_token_size(app: &App, claimed: &Claimed, signed_in: &SignedIn, now: Timestamp) -> Result<(), LoginError> {
    let for_app = claimed.stored_request.as_ref().and_then(|stored| ForApp::deserialize(&stored.request).ok());
    let of_app = for_app.map(|for_app| app_session(signed_in, for_app));
    for signed_in in std::iter::once(signed_in).chain(&of_app) {
        // Without a signing key no token can be issued; issuing reports that.
        let over = token::token_size(app, signed_in, now).ok().and_then(|size| size.over(app.config.tokens.max_bytes));
        if let Some(why) = over {
            return Err(LoginFailure::denied(Code::NotAllowed, why).into());
        }
    }
    Ok(())
}
