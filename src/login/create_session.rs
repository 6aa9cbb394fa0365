//! Completes a login whose identity the provider has confirmed: checks, then one write.

use serde::Deserialize;

use super::authorization_session::{Claimed, Status, Steps};
use super::by_email;
use super::failure::{LoginError, LoginFailure};
use super::finished::Completed;
use super::input::{AnswerApp, Caller, Flow};
use super::new_session::{ForApp, app_session, new_session};
use super::refusal::{Code, Goal, LoginRefusal};
use super::store::{self, CompletionOutcome, LoginCompletion, Written};
use crate::account::Profile;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::id::SessionId;
use crate::config::{ResponseMode, UserClaim};
use crate::grant::{NewCode, PreparedAnswer};
use crate::session::{self, Session, SignedIn};
use crate::telemetry;
use crate::token::{self, IdTokenFor};
use crate::upstream::{Identity, Provider};

/// A login whose identity the provider has confirmed.
pub struct ConfirmedLogin<'a> {
    pub provider: &'a Provider,
    pub claimed: &'a mut Claimed,
    pub identity: Identity,
    /// The current session of the browser, which the new one replaces.
    pub previous: Option<SessionId>,
    /// The origin of the request.
    pub caller: Caller,
    /// When the authorization response arrived, before any request to the provider.
    pub returned_at: Timestamp,
    /// The flow, which labels the session.
    pub flow: Flow,
    /// The `acr_values` that the login asked for.
    pub asked_acr: Option<String>,
}

/// Creates the session, answers the app if it needs no other step, and ends the previous session of this browser.
pub async fn create_session(
    app: &App,
    mut login: ConfirmedLogin<'_>,
    answer: AnswerApp<'_>,
) -> Result<Completed, LoginError> {
    // The provider may have answered slowly; the session begins now.
    let now = app.clock.now();
    let mut signed_in = new_session(login.provider.registration(), &login.identity, app.lifetime, now);
    signed_in.session.asked_acr = login.asked_acr.take();
    check_token_size(app, login.claimed, &signed_in, now)?;
    warn_of_missing_email(app, &signed_in, now);
    let answer = login.claimed.stored_request.take().and_then(|stored| answer(stored, &signed_in, now));
    let (code, answer) = answer.map(|PreparedAnswer { code, answer }| (code, answer)).unzip();
    let profile = login.identity.profile.clone();
    let SignedIn { session, claims, .. } = signed_in;
    let completion = completion(app, &mut login, session, code, now);
    let (outcome, gone) = app.db.run("complete login", move |conn| store::complete_login(conn, &completion)).await?;
    for (ended, ending) in &gone {
        app.ended(ended, ending);
    }
    let ConfirmedLogin { provider, claimed, identity, .. } = login;
    let (Written { mut signed_in, code_issued }, new_user) = written(app, outcome, provider.id(), &profile, claimed)?;
    // For the conditions of the app that the login was for.
    signed_in.claims = claims;
    telemetry::record(&Event::LoginCompleted {
        provider: provider.id().to_owned(),
        user: signed_in.user.sub,
        session: signed_in.session.id,
        reference: claimed.reference.clone(),
        new_user,
    });
    let (return_to, request) = (claimed.return_to.clone(), claimed.request);
    let answer = answer.filter(|_| code_issued);
    Ok(Completed { signed_in, return_to, request, answer, tokens: identity.tokens })
}

/// Builds the values that the login writes. Moves the stored parts out of the identity; its tokens stay there.
fn completion(
    app: &App,
    login: &mut ConfirmedLogin<'_>,
    session: Session,
    code: Option<NewCode>,
    now: Timestamp,
) -> LoginCompletion {
    let (provider, identity, config) = (login.provider, &mut login.identity, &app.config);
    let registration = provider.registration();
    let all = app.providers.iter().map(Provider::registration);
    let vouching = by_email::vouching(config.login.link_by_verified_email, registration, &identity.profile, all);
    let id_token = identity.tokens.id_token.as_ref();
    let upstream_id_token = id_token.and_then(|token| session::seal_upstream_id_token(&config.ring, session.id, token));
    LoginCompletion {
        authorization_session: login.claimed.id,
        reference: login.claimed.reference.clone(),
        session,
        issuer: app.providers.issuer_of(provider.id()).to_owned(),
        sub: std::mem::take(&mut identity.sub),
        profile: std::mem::take(&mut identity.profile),
        // Sign in with Apple sends the name only once, at the first login, in the form.
        keep_name: registration.response_mode == ResponseMode::FormPost,
        claims: std::mem::take(&mut identity.claims),
        upstream_sid: identity.sid.take(),
        upstream_id_token,
        upstream_alg: identity.id_token_algorithm,
        returned_at: login.returned_at,
        caller: login.caller.clone(),
        steps: Steps::one(now, Status::Completed.as_str(), None).to_json(),
        sign_up: config.login.sign_up,
        vouching,
        previous: login.previous,
        tag: config.sessions.tags.of(login.flow == Flow::Spa).map(str::to_owned),
        one_per_user: config.sessions.one_per_user,
        endings: app.endings.clone(),
        tokens: app.vault.new_tokens(provider, &identity.tokens, now),
        code,
        now,
    }
}

/// The written login, and whether it created the user; or why nothing was written.
fn written(
    app: &App,
    outcome: CompletionOutcome,
    provider: &str,
    profile: &Profile,
    claimed: &Claimed,
) -> Result<(Written, bool), LoginError> {
    match outcome {
        CompletionOutcome::Known(written) => Ok((written, false)),
        CompletionOutcome::New(written) => Ok((written, true)),
        CompletionOutcome::LinkedByEmail(written) => {
            let (user, provider) = (written.signed_in.user.sub, provider.to_owned());
            telemetry::record(&Event::IdentityLinked { user, provider, by: "verified_email" });
            Ok((written, false))
        }
        CompletionOutcome::Disabled => {
            Err(LoginFailure::denied(Code::UserDisabled, "the user is disabled").of_account(profile).into())
        }
        CompletionOutcome::OtherIssuer(stored) => Err(LoginFailure::other_issuer(app, provider, &stored).into()),
        CompletionOutcome::SignUpOff => {
            Err(LoginFailure::denied(Code::NotAllowed, "unknown here, and sign-up is off").of_account(profile).into())
        }
        CompletionOutcome::GivenUp => Err(LoginError::Refusal(LoginRefusal::Refused {
            code: Code::StateExpired,
            reference: Some(claimed.reference.clone()),
            request: claimed.request,
            goal: Goal::of(provider, claimed.return_to.clone(), false),
            needs_operator: false,
            signed_in: None,
        })),
    }
}

/// Warns if `tokens.claims` has `email`, and the provider does not say whether the address is verified: tokens lack it
/// then.
fn warn_of_missing_email(app: &App, signed_in: &SignedIn, now: Timestamp) {
    let profile = &signed_in.user.profile;
    let is_left_out = profile.email.is_some() && profile.email_verified.is_none();
    if !is_left_out || !app.config.tokens.claims.contains(&UserClaim::Email) {
        return;
    }
    let provider = &signed_in.session.provider;
    if app.email_warnings.is_due(provider, now) {
        telemetry::record(&Event::EmailLeftOut { provider: provider.clone() });
    }
}

/// Why the ID token of the app's session would be too large (`tokens.id_max_bytes`).
fn id_token_oversize(app: &App, of_app: &SignedIn, nonce: Option<&str>, now: Timestamp) -> Option<String> {
    let (client, scope) = (app.clients.get(&of_app.session.client_id)?, of_app.session.scopes.as_str());
    let content = IdTokenFor { client: &client, signed_in: of_app, scope, nonce };
    if token::has_scope(scope, "openid") { token::oversize(&app.config, content, now) } else { None }
}

/// Checks that neither the access token of this login nor the one of its app exceeds `tokens.max_bytes`: many servers
/// refuse headers of 8 KiB without a useful error.
fn check_token_size(app: &App, claimed: &Claimed, signed_in: &SignedIn, now: Timestamp) -> Result<(), LoginError> {
    let for_app = claimed.stored_request.as_ref().and_then(|stored| ForApp::deserialize(&stored.request).ok());
    let nonce = for_app.as_ref().and_then(|for_app| for_app.nonce.clone());
    let of_app = for_app.map(|for_app| app_session(signed_in, for_app));
    if let Some(why) = of_app.as_ref().and_then(|of_app| id_token_oversize(app, of_app, nonce.as_deref(), now)) {
        return Err(LoginFailure::denied(Code::NotAllowed, why).into());
    }
    for signed_in in std::iter::once(signed_in).chain(&of_app) {
        // Without a signing key no token can be issued; issuing reports that.
        let over = token::token_size(app, signed_in, now).ok().and_then(|size| size.over(app.config.tokens.max_bytes));
        if let Some(why) = over {
            return Err(LoginFailure::denied(Code::NotAllowed, why).into());
        }
    }
    Ok(())
}
