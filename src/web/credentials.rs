//! Who is asking: the session behind a cookie or behind an access token of the built-in client.

use actix_web::HttpRequest;

use super::authorization::Authorization;
use super::cookies::{self, SessionCookie};
use super::cors;
use super::problem::Problem;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::gate;
use crate::session::SignedIn;
use crate::token::{self, BUILT_IN_CLIENT};

/// How someone showed who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By the session cookie, which browsers send by themselves.
    Cookie,
    /// By an access token, which nobody sends by accident.
    Bearer {
        /// Whether it is for services too, by `tokens.audience`: then each that was sent it could send it on.
        for_services: bool,
    },
}

impl Means {
    /// Refuses what a service may have in its hands, where it would be good for more than the session: whoever adds an
    /// identity of their own is that user from then on, and a provider's token opens another house.
    pub fn is_the_persons_own(self) -> Result<(), Problem> {
        match self {
            Self::Bearer { for_services: true } => Err(Problem::insufficient_scope()),
            Self::Bearer { for_services: false } | Self::Cookie => Ok(()),
        }
    }
}

/// The live session that a request speaks for. One round trip; none for garbage.
pub async fn signed_in(app: &App, request: &HttpRequest, now: Timestamp) -> Result<(SignedIn, Means), Problem> {
    let (id, means) = claimed(app, request, now)?;
    let signed_in = gate::live(app, id, now).await?;
    Ok((signed_in, means))
}

/// The session of that id, if it lives: nobody, where it was ended or timed out.
pub async fn if_live(app: &App, id: SessionId, now: Timestamp) -> Result<Option<SignedIn>, Problem> {
    match gate::live(app, id, now).await {
        Ok(signed_in) => Ok(Some(signed_in)),
        Err(gate::Refused::Revoked | gate::Refused::Expired | gate::Refused::TokenRevoked) => Ok(None),
        Err(unknown) => Err(unknown.into()),
    }
}

/// The same for a request that changes something: where a cookie speaks for it, it must come from where it may (SE-13).
pub async fn may_change(app: &App, request: &HttpRequest, now: Timestamp) -> Result<(SignedIn, Means), Problem> {
    let (_, means) = claimed(app, request, now)?;
    if means == Means::Cookie && !cors::may_change(app, request) {
        return Err(Problem::foreign_origin());
    }
    signed_in(app, request, now).await
}

/// The session that a request claims to speak for, by credentials that are ours.
pub fn claimed(app: &App, request: &HttpRequest, now: Timestamp) -> Result<(SessionId, Means), Problem> {
    let authorization = Authorization::of(request);
    if !matches!(authorization, Authorization::Missing) {
        let Authorization::Bearer(token) = authorization else { return Err(Problem::bearer_invalid()) };
        let issuer = app.config.server.public_url.issuer();
        let claims = token::verify(&app.keys, issuer, token.expose(), now).map_err(|_| Problem::bearer_invalid())?;
        // An app's token opens nothing here: no service that is handed one can act on its user's session.
        let good = claims.client_id == BUILT_IN_CLIENT && !app.watch.is_jti_revoked(claims.jti);
        let means = Means::Bearer { for_services: !claims.aud.is_only(issuer) };
        return claims.sid.filter(|_| good).map(|sid| (sid, means)).ok_or_else(Problem::bearer_invalid);
    }
    match cookies::session(app, request) {
        SessionCookie::Names(id) => Ok((id, Means::Cookie)),
        SessionCookie::Missing | SessionCookie::Garbage => Err(Problem::no_session()),
    }
}
