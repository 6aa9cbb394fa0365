//! An answer that the provider sends by a form (OAuth 2.0 Form Post Response Mode).
//!
//! The form comes from another site, so the browser sends no `SameSite=Lax` cookie with it, and nobody can say whose
//! browser it is. What it says is therefore kept, sealed, with the login of that `state`, and the browser is sent back by
//! `GET`, with its cookie; there the usual order begins.
//!
//! Whoever knows the `state` can post something in between. Who does not know it, can not: it has 256 random bits, and a
//! form with another one changes no row. Of several forms the last one counts. So the one that the person's own browser
//! posted is the one that its own `GET`, right behind it, finishes the login with; if the first one counted, a thief of
//! the address of the login could have his own answer lie ready long before the person is back, and the person would end
//! up signed in as the thief. All that is left to the thief is to spoil that one login within that moment, or by sending
//! forms without end; the code of another login does not pass PKCE and the nonce.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::arrival::AuthorizationResponse;
use super::refusal::{Code, Refusal};
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::seal::Ring;
use crate::base::secret::{Hashed, Plain};
use crate::telemetry;
use crate::upstream::AuthorizationGrant;

/// A larger `user` parameter, in bytes, says nothing.
const MAX_USER: usize = 4096;

/// The parameters of an answer. Serialized only to be sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
    user: Option<String>,
}

/// Keeps an answer until the browser comes by `GET`. Whether it may still come, and whose it is, is judged then.
pub async fn keep(
    app: &App,
    provider: &str,
    state: &Plain,
    verdict: AuthorizationResponse,
    now: Timestamp,
) -> Result<(), Refusal> {
    let kept = match verdict {
        AuthorizationResponse::Granted(AuthorizationGrant::Code { code, iss, user, .. }) => {
            let user = user.filter(|user| user.len() <= MAX_USER);
            Kept { code: Some(code.expose().to_owned()), error: None, iss, user }
        }
        AuthorizationResponse::Denied { error, iss } => Kept { code: None, error: Some(error), iss, user: None },
        // OAuth 1.0a knows no forms.
        AuthorizationResponse::Granted(AuthorizationGrant::Verifier { .. }) => return Err(refused(provider)),
    };
    let state = state.hashed();
    let plain = serde_json::to_vec(&kept).unwrap_or_default();
    let sealed = app.config.ring.seal(&sealed_for(provider, state), &plain);
    let posted = store::Posted { provider: provider.to_owned(), state, sealed, now };
    let known = app.db.run("keep posted answer", move |conn| store::keep(conn, &posted)).await?;
    if known {
        return Ok(());
    }
    Err(refused(provider))
}

fn refused(provider: &str) -> Refusal {
    let code = Code::UnknownState;
    telemetry::record(&Event::CallbackRefused { provider: provider.to_owned(), code: code.as_str() });
    Refusal::early(code)
}

/// What was kept; `None` where its seal cannot be opened any more.
pub(super) fn open(ring: &Ring, provider: &str, state: Hashed, sealed: &[u8]) -> Option<AuthorizationResponse> {
    let plain = ring.open(&sealed_for(provider, state), sealed).ok()?;
    let Kept { code, error, iss, user } = serde_json::from_slice(&plain).ok()?;
    match (code, error) {
        (Some(code), None) => Some(AuthorizationResponse::Granted(AuthorizationGrant::Code {
            code: Plain::new(code),
            iss,
            iss_may_be_missing: false,
            user,
        })),
        (None, Some(error)) => Some(AuthorizationResponse::Denied { error, iss }),
        _ => None,
    }
}

/// What the seal is bound to: the login, by what the form knows of it.
fn sealed_for(provider: &str, state: Hashed) -> String {
    format!("authorization_sessions:{provider}:{}:posted", URL_SAFE_NO_PAD.encode(state.as_bytes()))
}
