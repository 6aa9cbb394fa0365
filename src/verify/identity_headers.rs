//! The values of the headers by which the site learns who the person is. Every one is always sent, empty if there is no
//! value: the proxy then overwrites what the client sent (FW-03).

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::account::{Profile, User};
use crate::client::Client;
use crate::token::{has_scope, visible_groups};

/// The bytes that are encoded in the name of a group: the separator, the percent sign, and what is not visible ASCII.
const IN_GROUP: &AsciiSet = &CONTROLS.add(b',').add(b'%');

/// The values of the identity headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityHeaders {
    /// `X-Auth-Request-User`: the `sub` of our tokens.
    pub user: String,
    /// Of `X-Auth-Request-Email`; empty where the address is not verified.
    pub email: String,
    /// Of `X-Auth-Request-Preferred-Username`: the name at the provider.
    pub preferred_username: String,
    /// `X-Auth-Request-Groups`: the names of the groups, joined by commas.
    pub groups: String,
}

impl IdentityHeaders {
    /// The values of a user. `unverified_email` is `verify.unverified_email`.
    pub fn of(user: &User, unverified_email: bool) -> Self {
        Self::with_groups(user, user.profile.groups.as_deref().unwrap_or_default(), unverified_email)
    }

    /// Those that the scopes of an access token release to its client, as at userinfo; the others are empty.
    pub fn of_token(user: &User, scope: &str, client: &Client, unverified_email: bool) -> Self {
        let groups = match &user.profile.groups {
            Some(groups) if has_scope(scope, "groups") => visible_groups(client, groups),
            _ => Vec::new(),
        };
        let whole = Self::with_groups(user, &groups, unverified_email);
        let released = |wanted: &str, value: String| if has_scope(scope, wanted) { value } else { String::new() };
        Self {
            email: released("email", whole.email),
            preferred_username: released("profile", whole.preferred_username),
            ..whole
        }
    }

    fn with_groups(user: &User, groups: &[String], unverified_email: bool) -> Self {
        let Profile { email, preferred_username, .. } = &user.profile;
        let email = email.as_deref().filter(|_| unverified_email || user.profile.has_verified_email());
        Self {
            user: user.sub.to_string(),
            email: email.filter(|email| is_safe(email)).unwrap_or_default().to_owned(),
            preferred_username: preferred_username
                .as_deref()
                .filter(|name| is_safe(name))
                .unwrap_or_default()
                .to_owned(),
            groups: joined(groups),
        }
    }
}

/// Whether every program reads the value as it is: visible ASCII, with spaces inside only.
fn is_safe(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value
}

fn joined(groups: &[String]) -> String {
    groups.iter().filter(|group| !group.is_empty()).map(|group| encoded(group)).collect::<Vec<_>>().join(",")
}

/// Spaces at the ends are encoded: programs that split the list often remove them, which would make it another name.
fn encoded(group: &str) -> String {
    let inner = group.trim_matches(' ');
    let (before, after) = (group.len() - group.trim_start_matches(' ').len(), group.trim_end_matches(' ').len());
    if inner.is_empty() {
        return "%20".repeat(group.len());
    }
    format!("{}{}{}", "%20".repeat(before), utf8_percent_encode(inner, IN_GROUP), "%20".repeat(group.len() - after))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::id::UserId;

    fn headers(profile: Profile) -> IdentityHeaders {
        IdentityHeaders::of(&User { sub: UserId(Uuid::nil()), profile }, false)
    }

    fn groups(names: &[&str]) -> String {
        headers(Profile { groups: Some(names.iter().map(ToString::to_string).collect()), ..Profile::default() }).groups
    }

    /// FW-02: one line of visible ASCII, whatever the names are.
    #[test]
    fn names_of_groups_are_joined_and_encoded() {
        assert_eq!(groups(&["staff", "ops team"]), "staff,ops team");
        assert_eq!(groups(&["a,b", "50%", "x\r\ny", "tab\t"]), "a%2Cb,50%25,x%0D%0Ay,tab%09");
        assert_eq!(groups(&["Größe", "日本"]), "Gr%C3%B6%C3%9Fe,%E6%97%A5%E6%9C%AC");
        assert_eq!(groups(&[" ops", "ops ", " ", "", "é "]), "%20ops,ops%20,%20,%C3%A9%20");
        assert_eq!(groups(&[]), "");
        assert!(groups(&["\u{7f}\u{0}"]).bytes().all(|byte| byte.is_ascii_graphic()));
    }

    /// FW-02, FW-03: what cannot be sent safely, and an address that is not verified, is left out.
    #[test]
    fn unsafe_and_unverified_values_are_empty() {
        let of = |email: &str, verified, name: &str| {
            let (email, preferred_username) = (Some(email.to_owned()), Some(name.to_owned()));
            let found = headers(Profile { email, email_verified: verified, preferred_username, ..Profile::default() });
            (found.email, found.preferred_username)
        };
        let both = ("ada@example.com".to_owned(), "ada".to_owned());
        assert_eq!(of("ada@example.com", Some(true), "ada"), both);
        assert_eq!(of("ada@example.com", Some(false), "Ada L").0, "");
        assert_eq!(of("ada@example.com", None, "Ada L").1, "Ada L");
        for bad in ["zoë", "a\nb", " a", "a ", "a\u{0}"] {
            assert_eq!(of(bad, Some(true), bad), (String::new(), String::new()), "{bad:?}");
        }
        let profile = Profile { email: Some("a@b.example".into()), ..Profile::default() };
        let sent = IdentityHeaders::of(&User { sub: UserId(Uuid::nil()), profile }, true);
        assert_eq!(sent.email, "a@b.example");
        assert_eq!(headers(Profile::default()).user, Uuid::nil().to_string());
    }
}
