//! An authorization response that arrives as a form post (OAuth 2.0 Form Post Response Mode).
//!
//! The form is a cross-site request, so the browser sends no `SameSite=Lax` cookie with it and cannot be identified. The
//! parameters are therefore stored, sealed, with the login of that `state`, and the browser is redirected to the `GET` of
//! the callback, which carries the cookie; there the usual checks begin.
//!
//! An attacker who knows the `state` can post a form too; one who does not cannot, since it has 256 random bits. The last
//! form counts: the `GET` of the person's own browser follows its own form immediately. If the first one counted, an
//! attacker who has the login's URL could store a response in advance, and the person would be signed in as the
//! attacker. What remains is that the attacker can make this one login fail, by a form in between; the code of another
//! login passes neither PKCE nor the nonce check.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::input::AuthorizationResponse;
use super::refusal::{Code, LoginRefusal};
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::seal::Ring;
use crate::base::secret::{Hashed, Plain};
use crate::upstream::{AuthorizationGrant, ProviderError};

/// The maximum length of the `user` parameter, in bytes; a longer one is ignored.
const MAX_USER: usize = 4096;
/// The maximum length of the code, in bytes.
const MAX_CODE: usize = 4096;
/// The maximum length of another parameter, in bytes.
const MAX_TEXT: usize = 1024;
/// The maximum length of the serialized response, in bytes. JSON writes a control character as six bytes.
const MAX_RESPONSE: usize = 10 * 1024;

/// The parameters of an authorization response. Serialized only to be sealed.
#[derive(Serialize, Deserialize)]
struct PostedResponse {
    code: Option<String>,
    error: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
    iss: Option<String>,
    user: Option<String>,
}

/// Stores a response, which came from `ip`, until the `GET` of the callback, which checks expiry and browser.
pub async fn store_response(
    app: &App,
    provider: &str,
    state: &Plain,
    response: AuthorizationResponse,
    ip: IpAddr,
    now: Timestamp,
) -> Result<(), LoginRefusal> {
    let refused = || {
        let code = Code::UnknownState;
        app.refused(
            &Event::CallbackRefused {
                provider: provider.to_owned(),
                code: code.as_str(),
                reason: None,
                reference: None,
            },
            ip,
            now,
        );
        LoginRefusal::early(code)
    };
    let plain_response = match response {
        AuthorizationResponse::Granted(AuthorizationGrant::Code { code, iss, user, .. }) => {
            let user = user.filter(|user| user.len() <= MAX_USER);
            PostedResponse { code: Some(code.expose().to_owned()), error: None, error_description: None, iss, user }
        }
        AuthorizationResponse::Denied { error, iss } => {
            let error_description = Some(error.description().to_owned());
            PostedResponse { code: None, error: Some(error.code().to_owned()), error_description, iss, user: None }
        }
        // OAuth 1.0a has no form post.
        AuthorizationResponse::Granted(AuthorizationGrant::Verifier { .. }) => return Err(refused()),
    };
    let PostedResponse { code, error, error_description, iss, .. } = &plain_response;
    let is_within = |text: &Option<String>, most| text.as_ref().is_none_or(|text| text.len() <= most);
    if !is_within(code, MAX_CODE) || ![error, error_description, iss].into_iter().all(|text| is_within(text, MAX_TEXT))
    {
        return Err(LoginRefusal::early(Code::UnknownState));
    }
    let plain = serde_json::to_vec(&plain_response).unwrap_or_default();
    if plain.len() > MAX_RESPONSE {
        return Err(LoginRefusal::early(Code::UnknownState));
    }
    let state = state.hashed();
    let sealed = app.config.ring.seal(&sealed_for(provider, state), &plain);
    let posted = store::Posted { provider: provider.to_owned(), state, sealed, now };
    let known = app.db.run("keep posted answer", move |conn| store::store_posted(conn, &posted)).await?;
    if known { Ok(()) } else { Err(refused()) }
}

/// The stored response; `None` if its key has left the ring.
pub(super) fn open(ring: &Ring, provider: &str, state: Hashed, sealed: &[u8]) -> Option<AuthorizationResponse> {
    let plain = ring.open(&sealed_for(provider, state), sealed).ok()?;
    let PostedResponse { code, error, error_description, iss, user } = serde_json::from_slice(&plain).ok()?;
    match (code, error) {
        (Some(code), None) => Some(AuthorizationResponse::Granted(AuthorizationGrant::Code {
            code: Plain::new(code),
            iss,
            iss_is_required: false,
            user,
        })),
        (None, Some(error)) => {
            let error = ProviderError::new(&error, error_description.as_deref());
            Some(AuthorizationResponse::Denied { error, iss })
        }
        _ => None,
    }
}

/// The associated data of the seal: the provider and the hash of the `state`.
fn sealed_for(provider: &str, state: Hashed) -> String {
    format!("authorization_sessions:{provider}:{}:posted", URL_SAFE_NO_PAD.encode(state.as_bytes()))
}
