//! Taking someone back from a provider: claim, talk, write. Two round trips for a known user.

use super::arrival::{Return, Verdict};
use super::authorization_session::{Claimed, Status, Steps, sealed_for};
use super::posted;
use super::refusal::{Code, Refusal};
use super::store::{self, Admission, Admitted, Claim, Failing};
use crate::app::App;
use crate::base::clock::Instant;
use crate::base::event::Event;
use crate::base::id::{AuthorizationRequestId, SessionId, UserId};
use crate::config::ResponseMode;
use crate::session::{self, Session, SignedIn, StatusIndex};
use crate::telemetry;
use crate::token::{BUILT_IN_CLIENT, BUILT_IN_SCOPE};
use crate::upstream::{Answer, Failure, Handshake, Identity, Provider, ProviderTokens};

/// A login that gave a session.
pub struct Completed {
    /// The session and the person.
    pub signed_in: SignedIn,
    /// Where to go now.
    pub return_to: Option<String>,
    /// The app's request that it was for.
    pub request: Option<AuthorizationRequestId>,
    /// What the provider issued.
    pub tokens: ProviderTokens,
}

/// Finishes the login that `back` belongs to. Whatever happens after the claim leaves a terminal status behind.
pub async fn complete(app: &App, mut back: Return, now: Instant) -> Result<Completed, Refusal> {
    let provider = app.providers.get(&back.provider).ok_or(Refusal::early(Code::UnknownProvider))?;
    let (claimed, handshake, verdict) = claim(app, &mut back, now).await?;
    match ask(provider, &handshake, verdict, now).await {
        Ok(identity) => admit(app, provider, back.previous, &back.caller, claimed, identity, now).await,
        Err(no) => Err(fail(app, back.provider, &claimed, no).await),
    }
}

/// A login that fails after its claim.
struct No {
    status: Status,
    code: Code,
    reason: String,
}

async fn claim(app: &App, back: &mut Return, now: Instant) -> Result<(Claimed, Handshake, Verdict), Refusal> {
    let claim = Claim {
        provider: back.provider.clone(),
        state: back.state.hashed(),
        door: back.door,
        binding: back.caller.binding,
        // A script on another site cannot forge its Origin; a program without one is no browser.
        origin: back.caller.origin.clone(),
        require_binding: app.config.login.require_binding || back.door == super::Door::Cookie,
        by_form: back.verdict.is_none(),
        steps: Steps::one(now, "returned", None).to_json(),
        now,
    };
    let outcome = app.db.run("claim login", move |conn| store::claim(conn, &claim)).await?;
    let row = outcome.inspect_err(|refusal| {
        let code = match refusal {
            Refusal::Refused { code, .. } => code.as_str(),
            _ => Code::StateUsed.as_str(),
        };
        telemetry::record(&Event::CallbackRefused { provider: back.provider.clone(), code });
    })?;
    let store::Row { id, reference, handshake, posted, return_to, request } = row;
    let opened = app.config.ring.open(&sealed_for(id), &handshake);
    let handshake = opened.ok().and_then(|json| serde_json::from_slice(&json).ok());
    let kept = || posted::open(&app.config.ring, &back.provider, back.state.hashed(), posted.as_deref()?);
    let verdict = back.verdict.take().or_else(kept);
    let claimed = Claimed { id, reference, return_to, request };
    if let (Some(handshake), Some(verdict)) = (handshake, verdict) {
        return Ok((claimed, handshake, verdict));
    }
    // Sealed under a key that left the ring meanwhile: as good as expired.
    let reason = "sealed under a key that is not in the ring any more".to_owned();
    let no = No { status: Status::Expired, code: Code::StateExpired, reason };
    Err(fail(app, back.provider.clone(), &claimed, no).await)
}

async fn ask(provider: &Provider, handshake: &Handshake, verdict: Verdict, now: Instant) -> Result<Identity, No> {
    let answer: Answer = match verdict {
        Verdict::Granted(answer) => answer,
        Verdict::Denied { error, iss } => {
            provider.check_iss(iss.as_deref(), now).await.map_err(No::from)?;
            let ours = matches!(error.as_str(), "server_error" | "temporarily_unavailable");
            let code = if ours { Code::ProviderError } else { Code::ProviderDenied };
            return Err(No { status: Status::Denied, code, reason: format!("the provider answered {error}") });
        }
    };
    provider.finish(handshake, answer, now).await.map_err(No::from)
}

impl From<Failure> for No {
    fn from(failure: Failure) -> Self {
        let status = Status::of_failure(failure.stage);
        Self { status, code: Code::of_failure(&failure), reason: failure.reason }
    }
}

async fn admit(
    app: &App,
    provider: &Provider,
    previous: Option<SessionId>,
    caller: &super::Caller,
    claimed: Claimed,
    identity: Identity,
    returned_at: Instant,
) -> Result<Completed, Refusal> {
    // The provider may have taken its time; the session begins now.
    let now = app.clock.now();
    let id = SessionId::new(now);
    let assumed = provider.registration().insecure_assume_fresh_login.then_some(now);
    let auth_time = identity.auth_time.or(assumed);
    // Names that come by a form come once, at the first login (Sign in with Apple).
    let keep_name = provider.registration().response_mode == ResponseMode::FormPost;
    let tokens = app.vault.keeping(provider, &identity.tokens, now);
    let provider = provider.id();
    let id_token = identity.tokens.id_token.as_ref();
    let sealed = id_token.map(|token| session::seal_upstream_id_token(&app.config.ring, id, token));
    let session = Session {
        id,
        user: UserId::new(now), // the user's, if it turns out to be a new one
        user_disabled: false,
        provider: provider.to_owned(),
        client_id: BUILT_IN_CLIENT.to_owned(),
        scopes: BUILT_IN_SCOPE.to_owned(),
        resource: None,
        auth_time: auth_time.unwrap_or(now),
        auth_time_vouched: auth_time.is_some(),
        acr: identity.acr,
        amr: identity.amr,
        last_activity_at: now,
        not_after: app.lifetime.not_after(now),
        ended_at: None,
        status_index: StatusIndex::new(0), // given by the database
    };
    let admission = Admission {
        authorization_session: claimed.id,
        reference: claimed.reference.clone(),
        session,
        sub: identity.sub,
        profile: identity.profile,
        keep_name,
        claims: identity.claims,
        upstream_sid: identity.sid,
        upstream_id_token: sealed,
        returned_at,
        caller: caller.clone(),
        steps: Steps::one(now, "completed", None).to_json(),
        sign_up: app.config.login.sign_up,
        previous,
        alone: app.config.sessions.one_per_user,
        endings: app.endings.clone(),
        tokens,
        now,
    };
    let (outcome, gone) = app.db.run("complete login", move |conn| store::admit(conn, &admission)).await?;
    for (ended, ending) in &gone {
        app.ended(ended, ending);
    }
    let refused = |code, reason: &str| No { status: Status::Denied, code, reason: reason.to_owned() };
    let (signed_in, new_user) = match outcome {
        Admitted::Known(signed_in) => (signed_in, false),
        Admitted::New(signed_in) => (signed_in, true),
        Admitted::Disabled => {
            let no = refused(Code::UserDisabled, "the user is disabled");
            return Err(fail(app, provider.to_owned(), &claimed, no).await);
        }
        Admitted::Stranger => {
            let no = refused(Code::NotAllowed, "unknown here, and sign-up is off");
            return Err(fail(app, provider.to_owned(), &claimed, no).await);
        }
        Admitted::GivenUp => {
            let (reference, request) = (Some(claimed.reference), claimed.request);
            return Err(Refusal::Refused { code: Code::StateExpired, reference, request });
        }
    };
    telemetry::record(&Event::LoginCompleted {
        provider: provider.to_owned(),
        user: signed_in.user.sub,
        session: id,
        reference: claimed.reference.clone(),
        new_user,
    });
    let Claimed { return_to, request, .. } = claimed;
    Ok(Completed { signed_in, return_to, request, tokens: identity.tokens })
}

/// Writes down the end of a login that failed.
async fn fail(app: &App, provider: String, claimed: &Claimed, no: No) -> Refusal {
    let now = app.clock.now();
    let code = no.code;
    let failing = Failing {
        id: claimed.id,
        status: no.status,
        code: code.as_str(),
        steps: Steps::one(now, no.status.as_str(), Some(no.reason.clone())).to_json(),
        provider: provider.clone(),
        reference: claimed.reference.clone(),
        now,
    };
    // The sweep ends it if this cannot be written.
    let written = app.db.run("fail login", move |conn| store::fail(conn, &failing)).await;
    telemetry::record(&Event::LoginFailed {
        provider,
        code: code.as_str(),
        reason: no.reason,
        reference: claimed.reference.clone(),
    });
    match written {
        Ok(()) => Refusal::Refused { code, reference: Some(claimed.reference.clone()), request: claimed.request },
        Err(error) => error.into(),
    }
}
