//! The part of the fake provider that gives refresh tokens, and takes tokens back.

use std::collections::HashMap;

use serde_json::{Value, json};

/// What it does about refresh tokens. It gives none until it is told a lifetime.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that a test sets by itself")]
pub struct Refreshing {
    /// Life of its access tokens, in seconds.
    pub lifetime: Option<i64>,
    /// Whether a login gives a refresh token.
    pub at_login: bool,
    /// Whether each refresh gives another refresh token, and spends the one before.
    pub rotates: bool,
    /// Whether a refresh token that was spent is taken all the same.
    pub forgives: bool,
    /// Whether a refresh gives an ID token.
    pub with_id_token: bool,
    /// Spent ones are remembered as such.
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
            known: HashMap::new(),
            count: 0,
        }
    }
}

impl Refreshing {
    /// What a login of somebody gives, besides what it always does.
    pub fn log_in(&mut self, sub: &str) -> Value {
        let Some(lifetime) = self.lifetime else { return json!({}) };
        let mut members = self.access(lifetime);
        if self.at_login {
            members["refresh_token"] = json!(self.another(sub));
        }
        members
    }

    /// Who is behind a refresh token that is good, and what they get.
    pub fn renew(&mut self, token: &str) -> Option<(String, Value)> {
        let (forgives, rotates) = (self.forgives, self.rotates);
        let (sub, spent) = self.known.get_mut(token)?;
        if *spent && !forgives {
            return None;
        }
        *spent = rotates;
        let sub = sub.clone();
        let mut members = self.access(self.lifetime.unwrap_or(300));
        if rotates {
            members["refresh_token"] = json!(self.another(&sub));
        }
        Some((sub, members))
    }

    fn access(&mut self, lifetime: i64) -> Value {
        self.count += 1;
        json!({"access_token": format!("access-secret-{}", self.count), "token_type": "Bearer", "expires_in": lifetime,
               "scope": "openid mail"})
    }

    fn another(&mut self, sub: &str) -> String {
        let token = format!("refresh-secret-{}", self.count);
        self.known.insert(token.clone(), (sub.to_owned(), false));
        token
    }
}
