//! Redeems an authorization code (RFC 6749 §4.1.3), with one statement in the usual case.

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::store::{self, Redeem, RedeemAsk, Redeemed, Redemptions, Spent};
use super::target::Target;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, QueryResult, in_transaction};
use crate::base::event::Event;
use crate::base::id::SessionId;
use crate::base::secret::{Hashed, Plain};
use crate::client::Client;
use crate::session::{self, EndReason, Ended, Ending, Lifetime, Scope, SignedIn};
use crate::telemetry;

/// How many sessions of an app one redemption ends at most, after `sessions_per_browser` became smaller.
const MAX_ENDED_AT_ONCE: i64 = 20;
/// The maximum length of a code, in bytes. Longer ones are rejected without a statement.
const MAX_CODE: usize = 256;

/// A token request with a code.
pub struct PresentedCode {
    /// The code as sent.
    pub code: Plain,
    /// The `redirect_uri`, which must equal the `redirect_uri` of the authorization request.
    pub redirect_uri: String,
    /// The `code_verifier` parameter (RFC 7636).
    pub verifier: Option<Plain>,
    /// The only audience that the access token shall have (RFC 8707 §2.2); one of the client's.
    pub resource: Option<String>,
}

/// The result of a redeemed code.
pub struct Granted {
    /// The new session of the app.
    pub signed_in: SignedIn,
    /// The `nonce` of the authorization request, for the ID token.
    pub nonce: Option<String>,
}

/// Why a code is refused.
#[derive(Debug, thiserror::Error)]
pub enum CodeRefused {
    /// Not a valid code for this client with this verifier.
    #[error("invalid_grant")]
    InvalidGrant(CodeDefect),
    /// The authorization request does not cover the resource (RFC 8707 §2.2). The code is not redeemed.
    #[error("invalid_target")]
    InvalidTarget,
    /// The database is unavailable.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The defect of a code. Only the developer of the app gets it, not the person and not other clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeDefect {
    /// There is no such code, or it has expired.
    Unknown,
    /// It was issued to another client.
    OtherClient,
    /// The `redirect_uri` differs from the `redirect_uri` of the authorization request.
    RedirectUri,
    /// The authorization request had a `code_challenge`, and the token request has no `code_verifier`.
    VerifierMissing,
    /// The `code_verifier` is malformed, or does not match.
    VerifierWrong,
    /// It was redeemed before.
    Used,
    /// The sign-in that it came from has ended.
    SignInEnded,
}

/// Redeems a code for that client and begins the app's session under the browser's.
pub async fn redeem(
    app: &App,
    client: &Client,
    presented: PresentedCode,
    now: Timestamp,
) -> Result<Granted, CodeRefused> {
    let challenge = challenge_of(&presented)?;
    if !app.revocations.is_fresh() {
        // A replica whose revocation cache is too old issues no tokens.
        return Err(DbError::Unavailable("the revocation feed is out of reach".into()).into());
    }
    let ending = app.endings.ending(EndReason::CodeReuse, now);
    let attempt = RedeemAttempt {
        hash: presented.code.hashed(),
        client_id: client.id.clone(),
        redirect_uri: presented.redirect_uri,
        challenge,
        target: Target::of(app, &client.id, presented.resource.as_deref()),
        most_wrong: i32::try_from(app.config.limits.failures_before_lockout).unwrap_or(i32::MAX),
        session: SessionId::new(now),
        providers: Arc::clone(app.providers.ids()),
        lifetime: app.lifetime,
        ending: ending.clone(),
        with_claims: client.tokens.reads_provider_claims(),
        now,
    };
    let outcome = match app.db.run_batched::<Redemptions>(attempt.ask()).await? {
        Some(redeemed) => RedeemOutcome::Granted(Box::new(redeemed)),
        None => app.db.run("redeem code", move |conn| attempt.execute(conn)).await?,
    };
    match outcome {
        RedeemOutcome::Granted(redeemed) => Ok(granted(app, client, *redeemed, now).await),
        RedeemOutcome::Reuse(ended) => {
            app.ended(&ended, &ending);
            Err(CodeRefused::InvalidGrant(CodeDefect::Used))
        }
        RedeemOutcome::GuessedTooOften => {
            telemetry::record(&Event::CodeGuessed { client: client.id.clone() });
            Err(CodeRefused::InvalidGrant(CodeDefect::VerifierWrong))
        }
        RedeemOutcome::InvalidTarget => Err(CodeRefused::InvalidTarget),
        RedeemOutcome::Refused(defect) => Err(CodeRefused::InvalidGrant(defect)),
    }
}

/// The challenge of the presented verifier (RFC 7636 §4.6). Refuses what no code and no verifier can be.
fn challenge_of(presented: &PresentedCode) -> Result<Option<String>, CodeRefused> {
    let challenge = match &presented.verifier {
        Some(verifier) => Some(s256_challenge(verifier).ok_or(CodeRefused::InvalidGrant(CodeDefect::VerifierWrong))?),
        None => None,
    };
    if presented.code.expose().len() > MAX_CODE {
        return Err(CodeRefused::InvalidGrant(CodeDefect::Unknown));
    }
    Ok(challenge)
}

/// The session of a redeemed code. Ends the oldest sessions of the app beyond `clients.<id>.sessions_per_browser`.
async fn granted(app: &App, client: &Client, redeemed: Redeemed, now: Timestamp) -> Granted {
    let Redeemed { signed_in, nonce, parent, others } = redeemed;
    let surplus = others + 1 - i64::from(client.sessions_per_browser);
    if surplus > 0 {
        // The code is spent, so the app gets its tokens although the oldest sessions could not be ended. The next code of the
        // app ends them.
        let _logged = end_oldest(app, parent, &client.id, surplus.min(MAX_ENDED_AT_ONCE), now).await;
    }
    Granted { signed_in, nonce }
}

/// Ends the oldest sessions of an app under a browser's. The app is not notified: it replaced them itself.
async fn end_oldest(app: &App, parent: SessionId, client_id: &str, most: i64, now: Timestamp) -> Result<(), DbError> {
    let ending = Ending { notified_clients: [].into(), ..app.endings.ending(EndReason::Replaced, now) };
    let (client_id, of_client, of) = (client_id.to_owned(), client_id.to_owned(), ending.clone());
    let end = move |conn: &mut Conn| {
        in_transaction(conn, |conn| {
            let mut ended = Vec::new();
            for id in store::oldest(conn, parent, &client_id, most)? {
                ended.extend(session::end_where(conn, Scope::One(id), &of)?);
            }
            Ok(ended)
        })
    };
    let ended = app.db.run("end surplus sessions", end).await?;
    app.ended(&ended, &ending);
    telemetry::record(&Event::AppSessionsReplaced { client: of_client, sessions: ended.len() });
    Ok(())
}

/// The inputs of the decision besides the rows.
struct RedeemAttempt {
    hash: Hashed,
    client_id: String,
    redirect_uri: String,
    challenge: Option<String>,
    /// What the authorization request must have been for.
    target: Target,
    most_wrong: i32,
    session: SessionId,
    /// The ids of the configured providers.
    providers: Arc<[String]>,
    lifetime: Lifetime,
    /// The ending of the session that the code gave, in case of a second use.
    ending: Ending,
    /// Whether the client's ID token has claims of the provider.
    with_claims: bool,
    now: Timestamp,
}

/// The decision. It is committed in every case: a second use ends the session although the caller is refused.
enum RedeemOutcome {
    Granted(Box<Redeemed>),
    Reuse(Vec<Ended>),
    GuessedTooOften,
    InvalidTarget,
    Refused(CodeDefect),
}

impl RedeemAttempt {
    /// The values for the statement that concurrent redemptions share.
    fn ask(&self) -> RedeemAsk {
        RedeemAsk {
            hash: self.hash,
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            challenge: self.challenge.clone(),
            resources: self.target.resources.clone(),
            is_own_audience: self.target.is_own_audience,
            most_wrong: self.most_wrong,
            session: self.session,
            providers: Arc::clone(&self.providers),
            used_after: self.lifetime.used_after(self.now),
            with_claims: self.with_claims,
            now: self.now,
        }
    }

    fn execute(&self, conn: &mut Conn) -> QueryResult<RedeemOutcome> {
        let redeem = Redeem {
            hash: self.hash.as_bytes(),
            client_id: &self.client_id,
            redirect_uri: &self.redirect_uri,
            challenge: self.challenge.as_deref(),
            resources: &self.target.resources,
            is_own_audience: self.target.is_own_audience,
            most_wrong: self.most_wrong,
            session: self.session,
            providers: &self.providers,
            used_after: self.lifetime.used_after(self.now),
            with_claims: self.with_claims,
            now: self.now,
        };
        match store::redeem(conn, redeem)? {
            Some(redeemed) => Ok(RedeemOutcome::Granted(Box::new(redeemed))),
            None => in_transaction(conn, |conn| self.refuse(conn)),
        }
    }

    fn refuse(&self, conn: &mut Conn) -> QueryResult<RedeemOutcome> {
        let hash = self.hash.as_bytes();
        let Some(code) = store::spent(conn, hash)? else { return Ok(RedeemOutcome::Refused(CodeDefect::Unknown)) };
        // A request of another client changes nothing (TK-05).
        if code.client_id != self.client_id {
            return Ok(RedeemOutcome::Refused(CodeDefect::OtherClient));
        }
        if code.challenge != self.challenge {
            return self.count_wrong_verifier(conn, &code);
        }
        if self.only_resource_differs(&code) {
            return Ok(RedeemOutcome::InvalidTarget);
        }
        if code.app_session_id == Some(self.session)
            && let Some(redeemed) = store::redeemed_as(conn, hash, self.session, self.with_claims)?
        {
            // The statement that was shared with others was committed, and its answer was lost.
            return Ok(RedeemOutcome::Granted(Box::new(redeemed)));
        }
        match code.app_session_id.filter(|_| code.redirect_uri == self.redirect_uri && code.redeemed_at.is_some()) {
            Some(session) => session::end_where(conn, Scope::One(session), &self.ending).map(RedeemOutcome::Reuse),
            None => Ok(RedeemOutcome::Refused(self.defect(&code))),
        }
    }

    /// The defect of a code of this client whose challenge matches.
    fn defect(&self, code: &Spent) -> CodeDefect {
        match () {
            () if code.redeemed_at.is_some() => CodeDefect::Used,
            () if code.expires_at <= self.now => CodeDefect::Unknown,
            () if code.redirect_uri != self.redirect_uri => CodeDefect::RedirectUri,
            () if code.wrong_verifiers >= self.most_wrong => CodeDefect::VerifierWrong,
            () => CodeDefect::SignInEnded,
        }
    }

    /// Whether the code is valid for this request except for its resource. For a redeemed code the reuse counts instead.
    fn only_resource_differs(&self, code: &Spent) -> bool {
        let valid = code.redeemed_at.is_none()
            && code.expires_at > self.now
            && code.wrong_verifiers < self.most_wrong
            && code.redirect_uri == self.redirect_uri;
        valid && !self.target.is_covered_by(code.resource.as_deref())
    }

    /// Wrong verifiers are not counted for a redeemed or expired code.
    fn count_wrong_verifier(&self, conn: &mut Conn, code: &Spent) -> QueryResult<RedeemOutcome> {
        let wrong = if self.challenge.is_none() { CodeDefect::VerifierMissing } else { CodeDefect::VerifierWrong };
        if code.redeemed_at.is_some() || code.expires_at <= self.now {
            return Ok(RedeemOutcome::Refused(self.defect(code)));
        }
        if code.wrong_verifiers >= self.most_wrong {
            return Ok(RedeemOutcome::Refused(wrong));
        }
        store::count_wrong_verifier(conn, self.hash.as_bytes())?;
        let dead = code.wrong_verifiers + 1 >= self.most_wrong;
        Ok(if dead { RedeemOutcome::GuessedTooOften } else { RedeemOutcome::Refused(wrong) })
    }
}

/// The S256 challenge of a verifier (RFC 7636 §4.2); `None` for a malformed verifier.
pub fn s256_challenge(verifier: &Plain) -> Option<String> {
    let text = verifier.expose();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let good = (43..=128).contains(&text.len()) && text.bytes().all(unreserved);
    good.then(|| URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TK-08: the example of RFC 7636, appendix B, and malformed verifiers.
    #[test]
    fn a_verifier_is_43_to_128_unreserved_characters() {
        let of = |text: &str| s256_challenge(&Plain::new(text));
        let example = of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(example.as_deref(), Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(of(&"a".repeat(128)).is_some() && of(&"~".repeat(43)).is_some());
        for bad in [String::new(), "a".repeat(42), "a".repeat(129), "a".repeat(42) + "+", "ä".repeat(30)] {
            assert_eq!(of(&bad), None, "{bad}");
        }
    }
}
