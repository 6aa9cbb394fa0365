//! The provider's ID token of a session: stored sealed, for the `id_token_hint` of a logout at the provider.

use crate::base::id::SessionId;
use crate::base::seal::Ring;
use crate::base::secret::Plain;

/// The longest ID token that fits into an address, in bytes. An ID token with a picture in it may have a megabyte.
const MAX_HINT: usize = 7 * 1024;

/// Seals the ID token for the row of its session; `None` if it is too long for an address of a logout.
pub fn seal_upstream_id_token(ring: &Ring, session: SessionId, token: &Plain) -> Option<Vec<u8>> {
    let token = token.expose().as_bytes();
    (token.len() <= MAX_HINT).then(|| ring.seal(&sealed_for(session), token))
}

/// Opens it; `None` if its key is no longer in the ring.
pub fn open_upstream_id_token(ring: &Ring, session: SessionId, sealed: &[u8]) -> Option<Plain> {
    let opened = ring.open(&sealed_for(session), sealed).ok()?;
    String::from_utf8(opened).ok().map(Plain::new)
}

/// The associated data of the seal.
fn sealed_for(session: SessionId) -> String {
    format!("sessions:{session}:upstream_id_token")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Timestamp;
    use crate::base::seal::generate_key;

    #[test]
    fn it_opens_for_its_own_session_alone() {
        let ring = Ring::parse([generate_key().expose()]).expect("a ring");
        let (mine, other) = (SessionId::new(Timestamp::UNIX_EPOCH), SessionId::new(Timestamp::UNIX_EPOCH));
        let sealed = seal_upstream_id_token(&ring, mine, &Plain::new("a.b.c")).expect("short");
        let opened = |session| open_upstream_id_token(&ring, session, &sealed).map(|token| token.expose().to_owned());
        assert_eq!((opened(mine).as_deref(), opened(other)), (Some("a.b.c"), None));
    }

    #[test]
    fn a_token_that_no_address_can_hold_is_not_kept() {
        let ring = Ring::parse([generate_key().expose()]).expect("a ring");
        let kept = |length| {
            let session = SessionId::new(Timestamp::UNIX_EPOCH);
            seal_upstream_id_token(&ring, session, &Plain::new("x".repeat(length))).is_some()
        };
        assert!(kept(MAX_HINT) && !kept(MAX_HINT + 1));
    }
}
