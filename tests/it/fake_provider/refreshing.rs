//! The refresh tokens of the fake provider.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

/// Settings and state of refresh tokens. Without `lifetime` none are issued.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that a test sets by itself")]
pub struct Refreshing {
    /// The lifetime of access tokens, in seconds.
    pub lifetime: Option<i64>,
    /// Whether a login returns a refresh token.
    pub at_login: bool,
    /// Whether each refresh rotates the refresh token.
    pub rotates: bool,
    /// Whether a rotated refresh token is still accepted.
    pub forgives: bool,
    /// Whether a refresh returns an ID token.
    pub with_id_token: bool,
    /// The users whose refresh tokens are refused.
    refused: HashSet<String>,
    /// The `sub` of each refresh token, and whether it was rotated.
    known: HashMap<String, (String, bool)>,
    count: u32,
}

impl Default for Refreshing {
    fn default() -> Self {
        Self {
            lifetime: None,
            at_login: true,
            rotates: true,
            forgives: false,
            with_id_token: true,
            refused: HashSet::new(),
            known: HashMap::new(),
            count: 0,
        }
    }
}

impl Refreshing {
    /// The additional members of the token response of a login.
    pub fn log_in(&mut self, sub: &str) -> Value {
        let Some(lifetime) = self.lifetime else { return json!({}) };
        let mut members = self.access(lifetime);
        if self.at_login {
            members["refresh_token"] = json!(self.issue(sub));
        }
        members
    }

    /// From now on, the refresh tokens of this user are refused.
    pub fn refuse(&mut self, sub: &str) {
        self.refused.insert(sub.to_owned());
    }

    /// Reverts [`Self::refuse`].
    pub fn admit(&mut self, sub: &str) {
        self.refused.remove(sub);
    }

    /// The `sub` of a valid refresh token, and the members of the token response.
    pub fn refresh(&mut self, token: &str) -> Option<(String, Value)> {
        let (forgives, rotates) = (self.forgives, self.rotates);
        let (sub, spent) = self.known.get_mut(token)?;
        if (*spent && !forgives) || self.refused.contains(sub.as_str()) {
            return None;
        }
        *spent = rotates;
        let sub = sub.clone();
        let mut members = self.access(self.lifetime.unwrap_or(300));
        if rotates {
            members["refresh_token"] = json!(self.issue(&sub));
        }
        Some((sub, members))
    }

    fn access(&mut self, lifetime: i64) -> Value {
        self.count += 1;
        json!({"access_token": format!("access-secret-{}", self.count), "token_type": "Bearer", "expires_in": lifetime,
               "scope": "openid mail"})
    }

    fn issue(&mut self, sub: &str) -> String {
        let token = format!("refresh-secret-{}", self.count);
        self.known.insert(token.clone(), (sub.to_owned(), false));
        token
    }
}
