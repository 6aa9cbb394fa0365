//! The origin of a refresh: a keyed hash of the client's network and user agent, stored by the rotation. If the same
//! successor is issued again to another origin, the token may have been copied. Without the key, the hash does not
//! reveal the network or the user agent.

use std::net::IpAddr;

use crate::base::id::SessionId;
use crate::base::network::network_of;
use crate::base::seal::{MAC_LEN, Purpose, Ring};

/// The first 8 bytes of the keyed hash, one value for each key of the ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshOrigin {
    by_first_key: i64,
    /// The values by the other keys of the ring, which were stored before its first key was added.
    by_other_keys: Vec<i64>,
}

impl RefreshOrigin {
    /// The origin of a request to refresh that session. Each session has a key of its own.
    pub fn of(ring: &Ring, session: SessionId, ip: IpAddr, user_agent: Option<&str>) -> Self {
        let purpose = Purpose { name: "refresh origin", of: session.0.as_bytes() };
        // The IPv4 /24 or the IPv6 /48: an internet provider may give its customer another IP address within it.
        let text = format!("{}\n{}", network_of(ip, 24, 48), user_agent.unwrap_or_default());
        let mut macs = ring.macs(purpose, text.as_bytes()).map(|mac| {
            // The tag follows the version and the key id.
            let tag = mac.get(MAC_LEN - 32..).and_then(|tag| tag.first_chunk::<8>()).copied();
            i64::from_be_bytes(tag.unwrap_or_default())
        });
        Self { by_first_key: macs.next().unwrap_or_default(), by_other_keys: macs.collect() }
    }

    /// The value of `sessions.refreshed_from`.
    pub fn to_stored(&self) -> i64 {
        self.by_first_key
    }

    /// Whether this origin differs from the stored origin of the last rotation; `false` if none is stored. The value
    /// may have been stored under any key that is in the ring.
    pub fn differs_from(&self, stored: Option<i64>) -> bool {
        stored.is_some_and(|stored| stored != self.by_first_key && !self.by_other_keys.contains(&stored))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::seal::generate_key;

    #[test]
    fn an_origin_is_a_network_and_a_user_agent() {
        let ring = Ring::parse([generate_key().expose()]).expect("a ring");
        let session = SessionId(Uuid::from_u128(7));
        let of = |ip: &str, agent: Option<&str>| {
            RefreshOrigin::of(&ring, session, ip.parse().expect("an address"), agent).to_stored()
        };
        let origin = of("192.0.2.1", Some("a"));
        assert_eq!(origin, of("192.0.2.255", Some("a")));
        assert_eq!(origin, of("::ffff:192.0.2.7", Some("a")));
        assert_eq!(of("2001:db8:1:2::1", None), of("2001:db8:1:ffff::2", None));
        for (ip, agent) in
            [("192.0.3.1", Some("a")), ("192.0.2.1", Some("b")), ("192.0.2.1", None), ("2001:db8::1", Some("a"))]
        {
            assert_ne!(origin, of(ip, agent), "{ip} {agent:?}");
        }
        assert_ne!(of("2001:db8:1::1", None), of("2001:db8:2::1", None));
        let other = SessionId(Uuid::from_u128(8));
        let other_origin = RefreshOrigin::of(&ring, other, "192.0.2.1".parse().expect("an address"), Some("a"));
        assert_ne!(origin, other_origin.to_stored(), "each session has its own key");
        assert!(other_origin.differs_from(Some(origin)) && !other_origin.differs_from(None));
        assert!(!other_origin.differs_from(Some(other_origin.to_stored())));
    }
    #[test]
    fn the_origin_stays_the_same_after_a_new_first_key() {
        let [old, new] = [generate_key(), generate_key()];
        let ring = |keys: &[&str]| Ring::parse(keys.iter().copied()).expect("a ring");
        let session = SessionId(Uuid::from_u128(7));
        let of = |ring: &Ring, ip: &str| RefreshOrigin::of(ring, session, ip.parse().expect("an address"), Some("a"));
        let stored = of(&ring(&[old.expose()]), "192.0.2.1").to_stored();
        let changed = ring(&[new.expose(), old.expose()]);
        assert_ne!(of(&changed, "192.0.2.1").to_stored(), stored);
        assert!(!of(&changed, "192.0.2.1").differs_from(Some(stored)));
        assert!(of(&changed, "198.51.100.1").differs_from(Some(stored)));
        assert!(of(&ring(&[new.expose()]), "192.0.2.1").differs_from(Some(stored)), "the old key has left the ring");
    }
}
