//! `logout_url`: a URL of the gateway that a frontend opens to log out at the provider. It names the session by a
//! sealed value, so that no token of the provider's is in it, and it ends nothing here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use uuid::Uuid;

use super::at_provider::{self, EndingSignIn, METADATA_WAIT};
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::SessionId;
use crate::base::seal::Ring;
use crate::upstream::Provider;

/// The associated data of the seal.
const SEALED_FOR: &str = "logout:link";
/// The maximum length of a sealed value, in characters.
const MAX_LEN: usize = 256;
/// For how long after the explicit end of the session the URL still leads to the provider.
const AFTER_END: TimeDelta = TimeDelta::minutes(10);

/// The logout URL for a session of this provider; `None` if the provider has no logout endpoint.
pub async fn logout_link(app: &App, provider: &Provider, session: SessionId, now: Timestamp) -> Option<String> {
    // After the timeout the fetch continues in the background.
    let endpoint = tokio::time::timeout(METADATA_WAIT, provider.end_session_endpoint(now)).await.ok().flatten();
    endpoint.map(|_| {
        let sealed = seal(&app.config.ring, session);
        app.config.server.public_url.at(&format!("/logout/provider?session={sealed}"))
    })
}

/// The logout URL for a sign-in that was ended here; `None` if its provider has `logout = "local"` or no logout
/// endpoint.
pub async fn logout_link_after(app: &App, ending: &EndingSignIn, now: Timestamp) -> Option<String> {
    let provider = app.providers.get(ending.provider()).filter(|provider| provider.logs_out_at_provider())?;
    logout_link(app, provider, ending.session(), now).await
}

/// The target of the URL: the logout at the provider, with the hint and our client id if the provider has
/// `logout = "provider"`. `None` for a value that does not open, and for a session that is over for more than ten minutes, or
/// timed out. One statement.
pub async fn resolve_logout_link(app: &App, sealed: &str, now: Timestamp) -> Result<Option<String>, DbError> {
    let Some(session) = open(&app.config.ring, sealed) else { return Ok(None) };
    let used_after = app.lifetime.used_after(now);
    let ended_after = now.checked_sub_signed(AFTER_END).unwrap_or(Timestamp::UNIX_EPOCH);
    let find = move |conn: &mut _| store::linked(conn, session, used_after, ended_after, now);
    let Some(upstream) = app.db.run("find session for logout", find).await? else { return Ok(None) };
    Ok(at_provider::address_of(app, session, &upstream, now).await)
}

fn seal(ring: &Ring, session: SessionId) -> String {
    URL_SAFE_NO_PAD.encode(ring.seal(SEALED_FOR, session.0.as_bytes()))
}

fn open(ring: &Ring, sealed: &str) -> Option<SessionId> {
    let sealed = URL_SAFE_NO_PAD.decode(Some(sealed).filter(|sealed| sealed.len() <= MAX_LEN)?).ok()?;
    Uuid::from_slice(&ring.open(SEALED_FOR, &sealed).ok()?).ok().map(SessionId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seal::generate_key;

    #[test]
    fn only_a_value_that_was_sealed_here_opens() {
        let ring = || Ring::parse([generate_key().expose()]).expect("a ring");
        let (ours, theirs) = (ring(), ring());
        let session = SessionId(Uuid::from_u128(7));
        let sealed = seal(&ours, session);
        assert!(sealed.len() <= MAX_LEN, "{}", sealed.len());
        assert_eq!(open(&ours, &sealed), Some(session));
        assert_eq!(open(&theirs, &sealed), None);
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("base64");
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&ours, &URL_SAFE_NO_PAD.encode(&bent)), None, "bit {bit}");
        }
        for junk in ["", "junk!", &sealed[1..], &"A".repeat(5000)] {
            assert_eq!(open(&ours, junk), None, "{junk}");
        }
        // The value of another use under the same ring.
        let other = URL_SAFE_NO_PAD.encode(ours.seal("logout:request", session.0.as_bytes()));
        assert_eq!(open(&ours, &other), None);
    }
}
