//! The people to be.

use serde_json::{Map, Value, json};

use crate::base::secret::Hashed;

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// Who it is, for good (`sub`).
    pub(super) sub: String,
    /// The whole name.
    pub(super) name: String,
    /// What friends type (`preferred_username`).
    pub(super) username: String,
    /// E-mail address.
    pub(super) email: String,
    /// Whether the address is proven.
    pub(super) email_verified: bool,
    /// Groups.
    pub(super) groups: Vec<&'static str>,
    /// The name of the picture.
    pub(super) picture: &'static str,
}

/// Those who are always there. One of them never proved her address, so that this case can be seen.
pub(super) fn everybody() -> [Person; 3] {
    [
        known("ada", "Ada Lovelace", true, &["engineering", "analysts"]),
        known("grace", "Grace Hopper", true, &["engineering", "admins"]),
        known("alan", "Alan Turing", false, &["research"]),
    ]
}

fn known(sub: &'static str, name: &str, email_verified: bool, groups: &[&'static str]) -> Person {
    Person {
        sub: sub.into(),
        name: name.into(),
        username: sub.into(),
        email: format!("{sub}@example.com"),
        email_verified,
        groups: groups.to_vec(),
        picture: sub,
    }
}

/// One of [`everybody`].
pub(super) fn find(sub: &str) -> Option<Person> {
    everybody().into_iter().find(|person| person.sub == sub)
}

/// Somebody new. The same address is the same person, also after a restart.
pub(super) fn someone(email: &str) -> Option<Person> {
    let email = email.trim();
    let (username, domain) = email.split_once('@')?;
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if username.is_empty() || domain.is_empty() || email.len() > 254 || email.contains(odd) {
        return None;
    }
    let hash = Hashed::of(&email.to_lowercase());
    let sub = hash.as_bytes().iter().take(8).fold(String::from("new-"), |sub, byte| format!("{sub}{byte:02x}"));
    let (name, username, email) = (username.to_owned(), username.to_owned(), email.to_owned());
    Some(Person { sub, name, username, email, email_verified: true, groups: Vec::new(), picture: "someone" })
}

impl Person {
    /// The claims that a scope gives (OpenID Connect Core §5.4); `groups` comes with `profile`.
    pub(super) fn claims(&self, scope: &str, issuer: &str) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        claim("sub", json!(self.sub));
        let has = |wanted: &str| scope.split(' ').any(|scope| scope == wanted);
        if has("email") {
            claim("email", json!(self.email));
            claim("email_verified", json!(self.email_verified));
        }
        if has("profile") {
            claim("name", json!(self.name));
            claim("preferred_username", json!(self.username));
            claim("picture", json!(format!("{issuer}/people/{}.svg", self.picture)));
            claim("groups", json!(self.groups));
        }
        claims
    }

    /// What the page says under the name.
    pub(super) fn about(&self) -> String {
        let verified = if self.email_verified { "" } else { " (not verified)" };
        format!("{}{verified}", self.email)
    }
}

/// A picture: initials on a coloured disc.
pub(super) fn picture(name: &str) -> Option<String> {
    let (initials, colour) = match name {
        "ada" => ("AL", "#7c3aed"),
        "grace" => ("GH", "#0f766e"),
        "alan" => ("AT", "#b45309"),
        "someone" => ("?", "#475569"),
        _ => return None,
    };
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 80 80\"><circle cx=\"40\" cy=\"40\" r=\"40\" \
         fill=\"{colour}\"/><text x=\"40\" y=\"51\" font-family=\"system-ui,sans-serif\" font-size=\"30\" \
         font-weight=\"600\" text-anchor=\"middle\" fill=\"#fff\">{initials}</text></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_same_person_in_any_case() {
        let mary = someone(" mary@example.com ").expect("a person");
        assert_eq!(someone("Mary@Example.com").expect("a person").sub, mary.sub);
        assert_ne!(someone("mary@example.org").expect("a person").sub, mary.sub);
        for bad in ["", "mary", "@example.com", "mary@", "a b@example.com", "a\0@example.com"] {
            assert_eq!(someone(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_scope_gives_its_claims_and_no_others() {
        let names = |scope| find("ada").expect("Ada").claims(scope, "http://op").into_iter().map(|(name, _)| name);
        assert!(names("openid").eq(["sub"]));
        assert!(names("openid email").eq(["email", "email_verified", "sub"]));
        assert!(names("openid profile").eq(["groups", "name", "picture", "preferred_username", "sub"]));
    }
}
