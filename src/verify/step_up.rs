//! A login that is newer or stronger than the session (RFC 9470), asked for once for each rule and browser.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::id::SessionId;
use crate::base::seal::{Purpose, Ring};
use crate::config::Registration;
use crate::session::Aal;

/// What a rule wants of the authentication, and the session has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepUp {
    /// The maximum age, where the authentication is older.
    pub max_age: Option<Duration>,
    /// The least assurance level, where the authentication is weaker.
    pub aal: Option<Aal>,
}

impl StepUp {
    /// The maximum age in whole seconds, as the parameter `max_age`.
    pub fn max_age_seconds(self) -> Option<u64> {
        self.max_age.map(|max_age| max_age.as_secs())
    }

    /// The values of `acr` that the provider's configuration maps to the wanted level or a higher one.
    pub fn acr_values(self, registration: &Registration) -> Vec<&str> {
        let Some(wanted) = self.aal else { return Vec::new() };
        let is_enough = |level: crate::config::Aal| Aal::from(level) >= wanted;
        registration.aal.iter().filter(|(_, level)| is_enough(*level)).map(|(value, _)| value.as_str()).collect()
    }
}

/// Names the rule that asked for a login, for one session. The MAC keeps other sites from using up the attempt of a browser.
pub struct StepUpToken;

impl StepUpToken {
    /// The token for a rule, by a text that identifies it.
    pub fn encode(ring: &Ring, rule: &str, session: SessionId) -> String {
        let mac = ring.mac(purpose(rule), session.0.as_bytes());
        format!("{rule}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// The rule that a token names; `None` for one that was not made for this session.
    pub fn decode<'t>(ring: &Ring, token: &'t str, session: SessionId) -> Option<&'t str> {
        let (rule, mac) = token.split_once('.')?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        ring.verify_mac(purpose(rule), session.0.as_bytes(), &mac).then_some(rule)
    }
}

fn purpose(rule: &str) -> Purpose<'_> {
    Purpose { name: "step-up", of: rule.as_bytes() }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::seal::generate_key;

    #[test]
    fn a_token_is_of_one_rule_and_one_session() {
        let ring = Ring::parse([generate_key().expose()]).expect("a ring");
        let (one, two) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let token = StepUpToken::encode(&ring, "a1b2", one);
        assert_eq!(StepUpToken::decode(&ring, &token, one), Some("a1b2"));
        assert_eq!(StepUpToken::decode(&ring, &token, two), None);
        for bad in ["", ".", "a1b2", "a1b2.", &token.replace("a1b2", "a1b3"), &token[..token.len() - 2]] {
            assert_eq!(StepUpToken::decode(&ring, bad, one), None, "{bad}");
        }
    }
}
