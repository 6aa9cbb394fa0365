//! The invented people who can sign in at the pretend provider.

use serde_json::{Map, Value, json};

use crate::base::secret::Hashed;

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// The `sub` claim, which never changes.
    pub(super) sub: String,
    /// The `name` claim: the full name.
    pub(super) name: String,
    /// The `preferred_username` claim: a short name.
    pub(super) username: String,
    /// The `email` claim, returned only for the scope `email`.
    pub(super) email: String,
    /// The `email_verified` claim, a boolean.
    pub(super) email_verified: bool,
    /// The `groups` claim: an array of strings.
    pub(super) groups: Vec<&'static str>,
    /// The name of the picture, without `.svg`.
    pub(super) picture: &'static str,
}

/// The predefined people. The e-mail address of Alan Turing is not verified, to test that case.
pub(super) fn all() -> [Person; 3] {
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

/// The person of [`all`] with this `sub`.
pub(super) fn find(sub: &str) -> Option<Person> {
    all().into_iter().find(|person| person.sub == sub)
}

/// A person with a new e-mail address. The same address gives the same `sub`, also after a restart.
pub(super) fn new_person(email: &str) -> Option<Person> {
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
    /// The claims that `scope` requests (OpenID Connect Core §5.4). The scope `profile` also requests `groups`.
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

    /// The text below the name on the page: the e-mail address, with a note if it is not verified.
    pub(super) fn about(&self) -> String {
        let verified = if self.email_verified { "" } else { " (not verified)" };
        format!("{}{verified}", self.email)
    }
}

/// A picture in SVG: initials on a coloured circle. `None` for an unknown name.
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
    fn an_address_gives_the_same_person_in_any_letter_case() {
        let mary = new_person(" mary@example.com ").expect("a person");
        assert_eq!(new_person("Mary@Example.com").expect("a person").sub, mary.sub);
        assert_ne!(new_person("mary@example.org").expect("a person").sub, mary.sub);
        for bad in ["", "mary", "@example.com", "mary@", "a b@example.com", "a\0@example.com"] {
            assert_eq!(new_person(bad), None, "{bad:?}");
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
