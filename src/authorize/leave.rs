//! The way back to the app from a page of ours: its error response, sealed into the form of the page, so that it can be sent
//! while the database is out of reach as well.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::answer::{ErrorAnswer, OAuthError};
use super::request::AuthorizationRequest;
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::AuthorizationRequestId;
use crate::grant::AppAnswer;

/// The associated data of the seal.
const SEALED_FOR: &str = "authorize:leave";
/// How long the button of the page works.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// An error response that a person may send to the app.
#[derive(Serialize, Deserialize)]
pub struct Leave {
    /// The stored request, if it is stored.
    id: Option<AuthorizationRequestId>,
    answer: ErrorAnswer,
    /// When it expires, in seconds since the epoch; `i64::MAX` for a response that is sent at once.
    until: i64,
}

impl Leave {
    /// Seals the response as text for a form. `None` if that fails.
    pub fn seal(app: &App, id: Option<AuthorizationRequestId>, answer: ErrorAnswer, now: Timestamp) -> Option<String> {
        let leave = Self { id, answer, until: (now + LIFETIME).timestamp() };
        let json = serde_json::to_vec(&leave).ok()?;
        Some(URL_SAFE_NO_PAD.encode(app.config.ring.seal(SEALED_FOR, &json)))
    }

    /// The response, to be sent at once.
    pub fn now(
        id: Option<AuthorizationRequestId>,
        request: &AuthorizationRequest,
        error: OAuthError,
        description: String,
    ) -> Self {
        Self { id, answer: ErrorAnswer::to(request, error, description), until: i64::MAX }
    }

    /// Opens a text that [`Leave::seal`] made. `None` after its time, and if the app or its redirect URI is not
    /// registered any more.
    pub fn open(app: &App, sealed: &str, now: Timestamp) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let leave: Self = serde_json::from_slice(&app.config.ring.open(SEALED_FOR, &sealed).ok()?).ok()?;
        let client = app.clients.get(&leave.answer.target.client_id)?;
        // The redirect URIs of a client by URL are in its document, which was read when the response was sealed.
        if client.by_url.is_none() {
            client.redirect_uri(&leave.answer.target.redirect_uri)?;
        }
        (now.timestamp() < leave.until).then_some(leave)
    }

    /// The id of the stored request that the page was about.
    pub fn id(&self) -> Option<AuthorizationRequestId> {
        self.id
    }

    /// The response to the app, once: a request that has got its answer gets no other one. If the database is out of reach,
    /// the person is let go all the same. `None` if the request was answered before.
    pub async fn send(self, app: &App, now: Timestamp) -> Option<AppAnswer> {
        if let Some(id) = self.id {
            let answered = app.db.run("answer authorization request", move |conn| store::answer(conn, id, now)).await;
            if answered.is_ok_and(|answered| !answered) {
                return None;
            }
        }
        Some(self.answer.answer(app.config.server.public_url.issuer()))
    }
}
