//! The refresh token: `version ‖ ring key id ‖ session id ‖ counter ‖ MAC`, base64url.
//!
//! There is no row per token. The session's counter identifies the newest refresh token, and the MAC, under a key
//! derived for that session from the secret ring, shows that we issued it. Forged values are rejected without the
//! database, a successor can be derived again, and a leaked database does not allow forging tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::base::id::SessionId;
use crate::base::seal::{MAC_LEN, Purpose, Ring};
use crate::base::secret::Plain;

/// The length of version and key id, which precede the session id, in bytes.
const HEAD: usize = MAC_LEN - 32;
/// The length of an encoded token, in characters.
const LEN: usize = ((HEAD + 16 + 8 + 32) * 4).div_ceil(3);

/// The content of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The session that it refreshes.
    pub session: SessionId,
    /// Its number among the session's refresh tokens.
    pub counter: i64,
}

impl RefreshToken {
    /// Encodes the token for the client.
    pub fn encode(self, ring: &Ring) -> Plain {
        let body = self.body();
        let mark = ring.mac(purpose(self.session.0.as_bytes()), &body);
        let (head, tag) = mark.split_at(HEAD);
        Plain::new(URL_SAFE_NO_PAD.encode([head, &body, tag].concat()))
    }

    /// Decodes a token; `None` for a value that [`RefreshToken::encode`] did not make with a key of this ring. Needs no
    /// statement.
    pub fn decode(ring: &Ring, text: &str) -> Option<Self> {
        if text.len() != LEN {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (body, tag) = rest.split_first_chunk::<24>()?;
        let (id, counter) = body.split_first_chunk::<16>()?;
        let counter = i64::from_be_bytes(counter.try_into().ok()?);
        let ours = ring.verify_mac(purpose(id), body, &[head, tag].concat());
        ours.then(|| Self { session: SessionId(Uuid::from_bytes(*id)), counter })
    }

    fn body(self) -> [u8; 24] {
        let bytes = self.session.0.as_bytes().iter().copied().chain(self.counter.to_be_bytes());
        let mut body = [0; 24];
        body.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        body
    }
}

/// A derivation label of its own and a key for each session: neither a cookie nor another session's token is accepted.
fn purpose(session: &[u8]) -> Purpose<'_> {
    Purpose { name: "refresh token", of: session }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::seal::generate_key;
    use crate::session;

    fn ring() -> Ring {
        Ring::parse([generate_key().expose()]).expect("a ring")
    }

    /// TK-24, FZ-05: altered, truncated and random values are rejected.
    #[test]
    fn altered_and_random_values_are_rejected() {
        let ring = ring();
        let token = RefreshToken { session: SessionId(Uuid::from_u128(7)), counter: 41 };
        let text = token.encode(&ring);
        assert_eq!(RefreshToken::decode(&ring, text.expose()), Some(token));
        assert!(text.expose().len() <= 1024 && text.expose().bytes().all(|byte| byte.is_ascii_graphic()));
        let bytes = URL_SAFE_NO_PAD.decode(text.expose()).expect("base64");
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(RefreshToken::decode(&ring, &URL_SAFE_NO_PAD.encode(bent)), None, "bit {bit}");
        }
        assert_eq!(RefreshToken::decode(&self::ring(), text.expose()), None);
    }

    /// A session cookie is not accepted as a refresh token, nor the reverse.
    #[test]
    fn session_cookies_and_refresh_tokens_are_not_interchangeable() {
        let ring = ring();
        let session = SessionId(Uuid::from_u128(7));
        let cookie = session::encode(&ring, session);
        assert_eq!(RefreshToken::decode(&ring, cookie.expose()), None);
        let refresh = RefreshToken { session, counter: 0 }.encode(&ring);
        assert_eq!(session::decode(&ring, refresh.expose()), None);
    }

    proptest! {
        /// FZ-05: no text makes decoding panic.
        #[test]
        fn every_token_is_read_as_it_was_made(session: u128, counter: i64, junk in "\\PC{0,120}") {
            let ring = ring();
            let token = RefreshToken { session: SessionId(Uuid::from_u128(session)), counter };
            prop_assert_eq!(RefreshToken::decode(&ring, token.encode(&ring).expose()), Some(token));
            prop_assert_eq!(RefreshToken::decode(&ring, &junk), None);
        }
    }
}
