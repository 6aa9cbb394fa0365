//! The session to which a page with a question was shown.
//!
//! The form of the page carries the session and its user, sealed for that question. An answer counts for that session
//! alone: another person may have signed in with the same browser since, in another tab. The value is not guessable, so
//! it also shows that the form is one of our own pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::signed_in::Session;
use crate::base::id::{SessionId, UserId};
use crate::base::seal::Ring;

/// The session that a page was shown to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownTo {
    session: SessionId,
    user: UserId,
}

impl ShownTo {
    /// A page that is shown to this session.
    pub fn new(session: &Session) -> Self {
        Self { session: session.id, user: session.user }
    }

    /// Text for the form of that question; `None` if it cannot be written as JSON.
    pub fn seal(self, ring: &Ring, question: &str) -> Option<String> {
        let json = serde_json::to_vec(&self).ok()?;
        Some(URL_SAFE_NO_PAD.encode(ring.seal(question, &json)))
    }

    /// Opens a value that [`ShownTo::seal`] made for that question; `None` for any other text.
    pub fn open(ring: &Ring, question: &str, sealed: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        serde_json::from_slice(&ring.open(question, &sealed).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::seal::generate_key;

    #[test]
    fn the_value_of_one_question_opens_for_no_other() {
        let ring = || Ring::parse([generate_key().expose()]).expect("a ring");
        let (ours, theirs) = (ring(), ring());
        let shown = ShownTo { session: SessionId(Uuid::from_u128(1)), user: UserId(Uuid::from_u128(2)) };
        let sealed = shown.seal(&ours, "consent:7").expect("sealed");
        assert_eq!(ShownTo::open(&ours, "consent:7", &sealed), Some(shown));
        assert_eq!(ShownTo::open(&ours, "consent:8", &sealed), None);
        assert_eq!(ShownTo::open(&theirs, "consent:7", &sealed), None);
        for junk in ["", "junk!", &format!("{sealed}AAAA")] {
            assert_eq!(ShownTo::open(&ours, "consent:7", junk), None, "{junk}");
        }
    }
}
