//! A login that is newer or stronger than the session (RFC 9470), asked for once for each rule and browser.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::id::SessionId;
use crate::base::seal::{Purpose, Ring};
use crate::config::Registration;
use crate::session::{Aal, Session};

/// The requirement of a rule on the authentication that the session does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepUp {
    /// The maximum age, if the authentication is older.
    pub max_age: Option<Duration>,
    /// The least assurance level, if the authentication is weaker.
    pub aal: Option<Aal>,
}

impl StepUp {
    /// The maximum age in whole seconds, as the parameter `max_age`.
    pub fn max_age_seconds(self) -> Option<u64> {
        self.max_age.map(|max_age| max_age.as_secs())
    }

    /// The challenge for it, without the scheme (RFC 9470 §3).
    pub fn challenge(self, registration: &Registration) -> String {
        let mut challenge = r#"error="insufficient_user_authentication""#.to_owned();
        if let Some(seconds) = self.max_age_seconds() {
            let _always_written = write!(challenge, r#", max_age="{seconds}""#);
        }
        let acr_values = self.acr_values(registration).join(" ");
        if !acr_values.is_empty() && !acr_values.contains(['"', '\\']) {
            let _always_written = write!(challenge, r#", acr_values="{acr_values}""#);
        }
        challenge
    }

    /// The time until which a session met a rule that it now fails only by its age, in seconds of Unix time; 0 if it
    /// never met it.
    pub fn met_until(self, session: &Session) -> i64 {
        let Some(max_age) = self.max_age.filter(|_| self.aal.is_none()) else { return 0 };
        let seconds = i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX);
        session.fresh_auth_time().map_or(0, |auth_time| auth_time.timestamp().saturating_add(seconds))
    }

    /// The values of `acr` that the provider's configuration maps to the wanted level or a higher one.
    pub fn acr_values(self, registration: &Registration) -> Vec<&str> {
        let Some(wanted) = self.aal else { return Vec::new() };
        let is_enough = |level: crate::config::Aal| Aal::from(level) >= wanted;
        registration.aal.iter().filter(|(_, level)| is_enough(*level)).map(|(value, _)| value.as_str()).collect()
    }
}

/// A login that a rule required of a session. The MAC keeps other sites from using up the attempts of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepUpToken {
    /// The position of the rule.
    pub rule: usize,
    /// The time until which the session met the rule, in seconds of Unix time; 0 if it never did. A login that the rule
    /// asked for before that time has worked.
    pub met_until: i64,
}

impl StepUpToken {
    /// The token for a session.
    pub fn encode(self, ring: &Ring, session: SessionId) -> String {
        let text = format!("{}.{}", self.rule, self.met_until);
        let mac = ring.mac(purpose(&text), session.0.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Reads a token; `None` for one that was not made for this session.
    pub fn decode(ring: &Ring, token: &str, session: SessionId) -> Option<Self> {
        let (text, mac) = token.rsplit_once('.')?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        if !ring.verify_mac(purpose(text), session.0.as_bytes(), &mac) {
            return None;
        }
        let (rule, met_until) = text.split_once('.')?;
        Some(Self { rule: rule.parse().ok()?, met_until: met_until.parse().ok()? })
    }
}

fn purpose(text: &str) -> Purpose<'_> {
    Purpose { name: "step-up", of: text.as_bytes() }
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
        let asked = StepUpToken { rule: 12, met_until: 1_700_000_000 };
        let token = asked.encode(&ring, one);
        assert_eq!(StepUpToken::decode(&ring, &token, one), Some(asked));
        assert_eq!(StepUpToken::decode(&ring, &token, two), None);
        let changed = [token.replace("12.", "13."), token.replace(".17", ".18"), token[..token.len() - 2].to_owned()];
        for bad in ["", ".", "..", "12", "12.1700000000"].into_iter().chain(changed.iter().map(String::as_str)) {
            assert_eq!(StepUpToken::decode(&ring, bad, one), None, "{bad}");
        }
    }
}
