//! The claims that each scope releases in ID tokens and at userinfo (OpenID Connect Core §5.4).

use serde_json::{Map, Value, json};

use crate::account::{self, User};
use crate::client::Client;
use crate::config::{ClaimSource, ClientClaim, IdTokenClaims};
use crate::session::SignedIn;

/// Whether a scope is in a list that is separated by spaces (RFC 6749 §3.3).
pub fn has_scope(scopes: &str, wanted: &str) -> bool {
    scopes.split(' ').any(|scope| scope == wanted)
}

/// The claims about the user that the scopes release, without `sub`. A claim that the provider did not send is left
/// out. An empty list of groups is a value, and is released.
pub fn released(user: &User, scope: &str) -> Map<String, Value> {
    let profile = &user.profile;
    let has = |wanted: &str| has_scope(scope, wanted);
    let mut claims = Map::new();
    let mut release = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            claims.insert(name.to_owned(), json!(value));
        }
    };
    if has("profile") {
        release("name", &profile.name);
        release("preferred_username", &profile.preferred_username);
        release("picture", &profile.picture);
    }
    if has("email") && profile.email.is_some() {
        release("email", &profile.email);
        if let Some(verified) = profile.email_verified {
            claims.insert("email_verified".to_owned(), json!(verified));
        }
    }
    if let Some(groups) = profile.groups.as_ref().filter(|_| has("groups")) {
        claims.insert("groups".to_owned(), json!(groups));
    }
    claims
}

/// The claims at userinfo: the claims that the scopes release, further claims of the scope `profile`, and
/// `clients.<id>.claims`.
pub fn released_at_userinfo(signed_in: &SignedIn, client: Option<&Client>, scope: &str) -> Map<String, Value> {
    let mut claims = released_to(client, &signed_in.user, scope);
    if has_scope(scope, "profile") {
        claims.extend(account::further(&signed_in.claims));
    }
    claims.extend(client.into_iter().flat_map(|client| of_client(client, &signed_in.claims)));
    claims
}

/// The claims in an ID token: the claims that the scopes release, unless `clients.<id>.id_token_claims` is `minimal`,
/// and `clients.<id>.claims`.
pub fn released_in_id_token(signed_in: &SignedIn, client: &Client, scope: &str) -> Map<String, Value> {
    let mut claims = match client.tokens.id_token_claims {
        IdTokenClaims::Scopes => released_to(Some(client), &signed_in.user, scope),
        IdTokenClaims::Minimal => Map::new(),
    };
    claims.extend(of_client(client, &signed_in.claims));
    claims
}

/// The claims that the scopes release, with the groups that the client sees.
fn released_to(client: Option<&Client>, user: &User, scope: &str) -> Map<String, Value> {
    let mut claims = released(user, scope);
    if let (Some(client), Some(groups), Some(released)) = (client, &user.profile.groups, claims.get_mut("groups")) {
        *released = json!(visible_groups(client, groups));
    }
    claims
}

/// The groups that the client sees (`clients.<id>.groups`).
pub fn visible_groups(client: &Client, groups: &[String]) -> Vec<String> {
    groups.iter().filter(|group| client.tokens.shows_group(group)).cloned().collect()
}

/// The claims of `clients.<id>.claims`. A claim is left out if its pointer finds no value in the provider's claims.
fn of_client(client: &Client, provider_claims: &Value) -> impl Iterator<Item = (String, Value)> {
    client.tokens.claims.iter().filter_map(move |ClientClaim { name, source }| {
        let value = match source {
            ClaimSource::Fixed(value) => value,
            ClaimSource::Provider(pointer) => pointer.find(provider_claims)?,
        };
        Some((name.clone(), value.clone()))
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::account::Profile;
    use crate::base::id::UserId;

    fn user() -> User {
        let text = |text: &str| Some(text.to_owned());
        let profile = Profile {
            email: text("ada@example.com"),
            email_verified: Some(true),
            email_assumed: false,
            name: text("Ada"),
            preferred_username: text("ada"),
            picture: None,
            groups: Some(vec!["staff".into()]),
        };
        User { sub: UserId(Uuid::from_u128(1)), profile }
    }

    /// IR-20: each scope releases its own claims only.
    #[test]
    fn each_scope_releases_its_own_claims_and_nothing_else() {
        let of = |scope: &str| Value::Object(released(&user(), scope));
        assert_eq!(of("openid"), json!({}));
        assert_eq!(of("openid email"), json!({ "email": "ada@example.com", "email_verified": true }));
        assert_eq!(of("profile openid"), json!({ "name": "Ada", "preferred_username": "ada" }));
        assert_eq!(of("openid groups"), json!({ "groups": ["staff"] }));
        let unverified = Profile { email_verified: None, groups: Some(Vec::new()), ..user().profile };
        let unverified = Value::Object(released(&User { profile: unverified, ..user() }, "openid email groups"));
        assert_eq!(unverified, json!({ "email": "ada@example.com", "groups": [] }));
        let empty = User { profile: Profile::default(), ..user() };
        assert_eq!(Value::Object(released(&empty, "openid email profile groups")), json!({}));
    }
}
