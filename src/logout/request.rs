//! A client's request for a logout, as a value that can be handed to the browser and taken back: sealed, so that it is
//! what was read and proven, and no ID token stands in an address of ours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::id::{SessionId, UserId};
use crate::base::seal::Ring;

/// What the seal is bound to.
const SEALED_FOR: &str = "logout:request";
/// The longest form that still fits into an address.
const LONGEST: usize = 6 * 1024;

/// What came.
#[derive(Default)]
pub struct Asked {
    /// An ID token of ours.
    pub id_token_hint: Option<String>,
    /// The client, where there is no hint, or as well.
    pub client_id: Option<String>,
    /// Where the client wants the browser afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// What it wants to get back there.
    pub state: Option<String>,
}

/// A request that was read. Without a client it leads nowhere, and without a hint it ends nothing that nobody agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The client: the hint's, or else the one that it says.
    pub client_id: Option<String>,
    /// Whose session is meant, proven by an ID token.
    pub hint: Option<Hint>,
    /// One of the client's registered addresses.
    pub post_logout_redirect_uri: Option<String>,
    /// To be handed back there.
    pub state: Option<String>,
}

/// Whose session is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The person.
    pub user: UserId,
    /// The client's session.
    pub session: SessionId,
}

/// Why a request is not followed. The person is told on a page of ours, and nothing is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such client.
    UnknownClient,
    /// The hint is another client's.
    OtherClient,
    /// The address is none of the client's.
    Unregistered,
}

impl Request {
    /// As text for an address or a form; `None` where it would be too long.
    pub fn seal(&self, ring: &Ring) -> Option<String> {
        let json = serde_json::to_vec(self).ok()?;
        let sealed = URL_SAFE_NO_PAD.encode(ring.seal(SEALED_FOR, &json));
        (sealed.len() <= LONGEST).then_some(sealed)
    }

    /// What [`Request::seal`] made.
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
