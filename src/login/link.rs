//! Links a further identity to the signed-in user: requested by POST, completed by a login at that provider, and linked only
//! to the user of the session that requested it (AC-07).

use std::sync::Arc;

use super::authorization_session::{Claimed, Linking, Steps};
use super::create_session::ConfirmedLogin;
use super::failure::{LoginError, LoginFailure};
use super::finished::Linked;
use super::refusal::{Code, LoginRefusal};
use super::store::{self, LinkOutcome, LinkRequest};
use crate::app::App;
use crate::base::event::Event;
use crate::telemetry;

/// Links the identity to the user who asked for it.
pub async fn link(app: &App, linking: Linking, login: ConfirmedLogin<'_>) -> Result<Linked, LoginError> {
    let (request, claimed) = request(app, linking, login);
    let (provider, asked) = (request.provider.clone(), request.provider.clone());
    let outcome = app.db.run("link identity", move |conn| store::link(conn, &request)).await?;
    let failure = match outcome {
        LinkOutcome::Linked => {
            telemetry::record(&Event::IdentityLinked { user: linking.user, provider, by: "person" });
            return Ok(Linked { return_to: claimed.return_to.clone() });
        }
        LinkOutcome::AlreadyLinked => return Ok(Linked { return_to: claimed.return_to.clone() }),
        LinkOutcome::OtherUsers => LoginFailure::denied(Code::AlreadyLinked, "the identity is another user's"),
        LinkOutcome::OtherIssuer(stored) => LoginFailure::other_issuer(app, &asked, &stored),
        LinkOutcome::Disabled => LoginFailure::denied(Code::UserDisabled, "the user is disabled"),
        LinkOutcome::SessionEnded => {
            LoginFailure::denied(Code::SessionRevoked, "the session that asked for it is over")
        }
        LinkOutcome::OtherUserSignedIn => {
            LoginFailure::denied(Code::WrongBrowser, "another person is signed in in this browser by now")
        }
        LinkOutcome::GivenUp => {
            let reference = Some(claimed.reference.clone());
            return Err(LoginError::Refusal(LoginRefusal::Refused {
                code: Code::StateExpired,
                reference,
                request: None,
                goal: None,
                needs_operator: false,
                signed_in: None,
            }));
        }
    };
    Err(failure.into())
}

/// The stored values of the link.
fn request<'c>(app: &App, linking: Linking, login: ConfirmedLogin<'c>) -> (LinkRequest, &'c Claimed) {
    let ConfirmedLogin { provider, claimed, identity, previous, caller, .. } = login;
    let now = app.clock.now();
    let request = LinkRequest {
        authorization_session: claimed.id,
        reference: claimed.reference.clone(),
        linking,
        previous,
        used_after: app.lifetime.used_after(now),
        providers: Arc::clone(app.providers.ids()),
        provider: provider.id().to_owned(),
        issuer: app.providers.issuer_of(provider.id()).to_owned(),
        sub: identity.sub,
        profile: identity.profile,
        claims: identity.claims,
        ip: caller.ip,
        steps: Steps::one(now, "linked", None).to_json(),
        tokens: app.vault.new_tokens(provider, &identity.tokens, now),
        now,
    };
    (request, claimed)
}
