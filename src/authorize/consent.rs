//! Which person a consent page was shown to.
//!
//! The form of the page carries the session and its user, sealed for that request. An answer counts for that session
//! alone: another person may have signed in with the same browser since, in another tab. The value is not guessable, so
//! it also shows that the form is one of our own pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::id::{AuthorizationRequestId, SessionId, UserId};
use crate::base::seal::Ring;
use crate::session::Session;

/// The session that a page was shown to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShownTo {
    session: SessionId,
    user: UserId,
}

impl ShownTo {
    pub(super) fn new(session: &Session) -> Self {
        Self { session: session.id, user: session.user }
    }

    /// As text for the form; `None` if it cannot be written as JSON.
    pub(super) fn seal(self, ring: &Ring, request: AuthorizationRequestId) -> Option<String> {
        let json = serde_json::to_vec(&self).ok()?;
        Some(URL_SAFE_NO_PAD.encode(ring.seal(&sealed_for(request), &json)))
    }

    /// What [`ShownTo::seal`] made for that request.
    pub(super) fn open(ring: &Ring, request: AuthorizationRequestId, sealed: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        serde_json::from_slice(&ring.open(&sealed_for(request), &sealed).ok()?).ok()
    }
}

fn sealed_for(request: AuthorizationRequestId) -> String {
    format!("consent:{request}")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::seal::generate_key;

    #[test]
    fn the_value_of_one_request_opens_for_no_other() {
        let ring = || Ring::parse([generate_key().expose()]).expect("a ring");
        let (ours, theirs) = (ring(), ring());
        let request = |id| AuthorizationRequestId(Uuid::from_u128(id));
        let shown = ShownTo { session: SessionId(Uuid::from_u128(1)), user: UserId(Uuid::from_u128(2)) };
        let sealed = shown.seal(&ours, request(7)).expect("sealed");
        assert_eq!(ShownTo::open(&ours, request(7), &sealed), Some(shown));
        assert_eq!(ShownTo::open(&ours, request(8), &sealed), None);
        assert_eq!(ShownTo::open(&theirs, request(7), &sealed), None);
        for junk in ["", "junk!", &format!("{sealed}AAAA")] {
            assert_eq!(ShownTo::open(&ours, request(7), junk), None, "{junk}");
        }
    }
}
