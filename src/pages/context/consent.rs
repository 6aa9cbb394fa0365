//! The consent page.

use serde::Serialize;

use super::page::Page;

/// The page that names the app, the rights of each scope, the target of the answer, and the account.
#[derive(Debug, Serialize)]
pub struct Consent<'a> {
    /// The name of the app.
    pub app: &'a str,
    /// The name of the person, if there is one.
    pub person: Option<&'a str>,
    /// The e-mail address, if the name is another text.
    pub email: Option<&'a str>,
    /// What the app says of itself, if no section registers it.
    pub unregistered: Option<Unregistered<'a>>,
    /// The name of the provider of this session.
    pub provider: &'a str,
    /// The URL of a login with another account.
    pub not_you: String,
    /// The rights that the app gets.
    pub grants: Vec<Grant<'a>>,
    /// The name of the protected resource that the scopes are for.
    pub resource: Option<&'a str>,
    /// The host that gets the answer; `None` for a program on this computer.
    pub host: Option<String>,
    /// The id of the authorization request, as a field of the form.
    pub request: String,
    /// The sealed value of the form: it is valid for this session alone.
    pub shown_to: String,
}

impl Page for Consent<'_> {
    const TEMPLATE: &'static str = "consent.html";
}

/// A client by URL.
#[derive(Debug, Serialize)]
pub struct Unregistered<'a> {
    /// The name that it states.
    pub name: Option<&'a str>,
    /// Whether the operator has listed its host.
    pub is_listed: bool,
    /// The host that gets the answer, if it is not the host of the app.
    pub elsewhere: Option<String>,
}

/// The rights that a scope gives the app.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Grant<'a> {
    /// The message that describes the rights.
    pub message: &'static str,
    /// The scope, if the message is about scopes of the app's own services.
    pub scope: Option<&'a str>,
}

impl<'a> Grant<'a> {
    /// The rights of a scope.
    pub fn of(scope: &'a str) -> Self {
        let message = match scope {
            "openid" => "grant-openid",
            "profile" => "grant-profile",
            "email" => "grant-email",
            "groups" => "grant-groups",
            "offline_access" => "grant-offline-access",
            other => return Self { message: "grant-other", scope: Some(other) },
        };
        Self { message, scope: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_of_the_standards_has_a_message() {
        for scope in ["openid", "profile", "email", "groups", "offline_access"] {
            assert_eq!(Grant::of(scope).scope, None, "{scope}");
        }
        assert_eq!(Grant::of("orders"), Grant { message: "grant-other", scope: Some("orders") });
    }
}
