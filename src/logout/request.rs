//! A client's logout request as a sealed value that travels through the browser: it comes back unchanged, and no URL of
//! ours contains an ID token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::id::{SessionId, UserId};
use crate::base::seal::Ring;

/// The associated data of the seal.
const SEALED_FOR: &str = "logout:request";
/// The maximum length of the sealed text, so that it fits into a URL.
const LONGEST: usize = 6 * 1024;

/// The parameters of a logout request.
#[derive(Default)]
pub struct LogoutParameters {
    /// `id_token_hint`: an ID token of ours.
    pub id_token_hint: Option<String>,
    /// `client_id`, with or without a hint.
    pub client_id: Option<String>,
    /// Where the browser is to go afterwards, as sent; not yet compared with those of the client.
    pub post_logout_redirect_uri: Option<String>,
    /// `state`, returned to the client unchanged.
    pub state: Option<String>,
}

/// A validated request. Without a client it redirects nowhere; without a hint it ends nothing unless the person agrees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The client of the hint, else `client_id`.
    pub client_id: Option<String>,
    /// The user and session that the ID token proves.
    pub hint: Option<Hint>,
    /// A registered `post_logout_redirect_uri` of the client.
    pub post_logout_redirect_uri: Option<String>,
    /// The `state` for that URL.
    pub state: Option<String>,
}

/// The user and session that an `id_token_hint` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The id of the user.
    pub user: UserId,
    /// The id of the client's session.
    pub session: SessionId,
}

/// Why a request is refused. The person gets a page of ours, and no session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutRequestError {
    /// There is no client of that id.
    UnknownClient,
    /// The hint was issued to another client.
    OtherClient,
    /// The URL is not registered for the client.
    Unregistered,
}

impl Request {
    /// Seals the request as text for a URL or a form; `None` if it would be too long.
    pub fn seal(&self, ring: &Ring) -> Option<String> {
        let json = serde_json::to_vec(self).ok()?;
        let sealed = URL_SAFE_NO_PAD.encode(ring.seal(SEALED_FOR, &json));
        (sealed.len() <= LONGEST).then_some(sealed)
    }

    /// Opens a text that [`Request::seal`] made.
    pub fn open(ring: &Ring, sealed: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        serde_json::from_slice(&ring.open(SEALED_FOR, &sealed).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seal::generate_key;

    #[test]
    fn only_what_was_sealed_here_opens() {
        let ring = || Ring::parse([generate_key().expose()]).expect("a ring");
        let (ours, theirs) = (ring(), ring());
        let request = Request { client_id: Some("web".into()), state: Some("s".into()), ..Request::default() };
        let sealed = request.seal(&ours).expect("short");
        assert_eq!(Request::open(&ours, &sealed), Some(request));
        assert_eq!(Request::open(&theirs, &sealed), None);
        assert_eq!(Request::open(&ours, &format!("{sealed}AAAA")), None);
        assert_eq!(Request::open(&ours, "junk!"), None);
        let long = Request { state: Some("s".repeat(LONGEST)), ..Request::default() };
        assert_eq!(long.seal(&ours), None);
    }
}
