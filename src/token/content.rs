//! The claims of an access token, built without a signing key: a login measures its token before it is issued, and
//! `vestibule explain` prints it without a running gateway.

use std::time::Duration;

use super::access::{AccessClaims, Audience, Subject};
use super::claims::{has_scope, visible_groups};
use super::status_list::{StatusClaim, StatusReference};
use crate::account::Profile;
use crate::base::clock::Timestamp;
use crate::base::id::uuid_v7;
use crate::client::{self, Client};
use crate::config::{BUILT_IN_CLIENT, Config, UserClaim, is_same_resource};
use crate::session::{Lifetime, Session, SignedIn, StatusIndex};

/// The inputs that all tokens have in common.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The configuration, for the lifetimes and the claims of tokens.
    pub config: &'a Config,
    /// The clients of the configuration, by `client_id`.
    pub clients: &'a client::Registry,
}

impl<'a> Terms<'a> {
    /// The claims of a session's token with that scope, for one resource of its audience or for the whole audience. The
    /// claims about the user are listed in `tokens.claims`, and have the values that the session's row has now. A token of
    /// a client by URL, and a token for a protected resource, have only the claims that the scope releases, because the
    /// user decides who receives them.
    pub fn of_session(
        self,
        signed_in: &SignedIn,
        scope: String,
        resource: Option<&str>,
        now: Timestamp,
    ) -> AccessClaims {
        let session = &signed_in.session;
        let mut claims = AccessClaims {
            sid: Some(session.id),
            auth_time: session.stated_auth_time().map(|auth_time| auth_time.timestamp()),
            aal: session.aal,
            acr: session.acr.clone(),
            amr: session.amr.clone(),
            status: Some(self.status(session.status_index)),
            ..self.bare(Subject::User(session.user), &session.client_id, scope, resource, now)
        };
        claims.exp = end(self.config, session, self.access_lifetime(&session.client_id), now);
        let profile = &signed_in.user.profile;
        let by_scope = self.is_by_url(&session.client_id) || resource.is_some_and(|at| self.is_protected(at));
        for claim in &self.config.tokens.claims {
            if !by_scope || has_scope(&claims.scope, scope_of(*claim)) {
                put(&mut claims, *claim, profile);
            }
        }
        if let (Some(client), Some(groups)) = (self.clients.registered(&session.client_id), &mut claims.groups) {
            *groups = visible_groups(client, groups);
        }
        // Another provider may use the same address or name of a group for another person.
        claims.idp = claims.is_personal().then(|| session.provider.clone());
        claims
    }

    /// The claims of a token of `client_credentials`, which has neither user nor session.
    pub fn of_client(self, client: &Client, scope: String, resource: Option<&str>, now: Timestamp) -> AccessClaims {
        self.bare(Subject::Client(client.id.clone()), &client.id, scope, resource, now)
    }

    fn bare(
        self,
        sub: Subject,
        client_id: &str,
        scope: String,
        resource: Option<&str>,
        now: Timestamp,
    ) -> AccessClaims {
        let lifetime = self.access_lifetime(client_id).as_secs();
        AccessClaims {
            iss: self.config.server.public_url.issuer().to_owned(),
            sub,
            aud: self.audience(client_id, resource),
            exp: now.timestamp().saturating_add_unsigned(lifetime),
            iat: now.timestamp(),
            jti: uuid_v7(now),
            client_id: client_id.to_owned(),
            scope,
            sid: None,
            auth_time: None,
            aal: None,
            acr: None,
            amr: None,
            email: None,
            email_verified: None,
            name: None,
            preferred_username: None,
            picture: None,
            groups: None,
            idp: None,
            status: None,
        }
    }

    /// The lifetime of that client's access tokens.
    fn access_lifetime(self, client_id: &str) -> Duration {
        let own = self.clients.registered(client_id).and_then(|client| client.tokens.access_lifetime);
        own.unwrap_or(self.config.tokens.access_lifetime)
    }

    fn status(self, index: StatusIndex) -> StatusClaim {
        let uri = format!("{}/status-lists/{}", self.config.server.public_url.issuer(), index.list());
        StatusClaim { status_list: StatusReference { idx: index.place(), uri } }
    }

    /// The resource as the configuration writes it, if tokens of that client may have it as their only audience.
    pub fn resource(self, client_id: &str, resource: &str) -> Option<&'a str> {
        self.resources(client_id).into_iter().find(|known| is_same_resource(known, resource))
    }

    /// The resources that tokens of that client may have as their only audience, as the configuration writes them. For a client by
    /// URL these are protected resources alone.
    pub fn resources(self, client_id: &str) -> Vec<&'a str> {
        let all = self.audiences(client_id);
        let issuer = Some(self.config.server.public_url.issuer());
        let issuer = issuer.filter(|_| all.is_empty() && !self.is_by_url(client_id));
        let client = self.clients.get(client_id);
        let protected = client.as_deref().into_iter().flat_map(Client::resources);
        let protected = protected.filter_map(|id| self.config.resource(id)).map(|known| known.resource.as_str());
        all.iter().map(String::as_str).chain(issuer).chain(protected).collect()
    }

    /// The scopes of a token for that resource: of those, what a protected resource takes; all of them for any other audience.
    pub fn scope_at(self, resource: Option<&str>, scope: &str) -> String {
        let Some(resource) = resource.and_then(|resource| self.config.resource_at(resource)) else {
            return scope.to_owned();
        };
        scope.split(' ').filter(|scope| resource.takes_scope(scope)).collect::<Vec<_>>().join(" ")
    }

    /// The audience of a client's tokens (RFC 8707 §2 lets it choose one of them): `clients.<id>.audience`, else the default. None
    /// for a client by URL: the services of these audiences have no part in what a person allowed it.
    fn audiences(self, client_id: &str) -> &'a [String] {
        match self.clients.registered(client_id) {
            None => &[],
            Some(client) if client.audience.is_empty() => &self.config.tokens.audience,
            Some(client) => &client.audience,
        }
    }

    /// Whether a client has no section, so that it is one by URL.
    fn is_by_url(self, client_id: &str) -> bool {
        self.clients.registered(client_id).is_none()
    }

    fn is_protected(self, resource: &str) -> bool {
        self.config.resource_at(resource).is_some()
    }

    fn audience(self, client_id: &str, resource: Option<&str>) -> Audience {
        if let Some(resource) = resource {
            return Audience::One(resource.to_owned());
        }
        let issuer = self.config.server.public_url.issuer();
        if self.is_by_url(client_id) {
            // Of nobody else: services accept the issuer where `tokens.audience` is empty.
            return Audience::One(format!("{issuer}/userinfo"));
        }
        let mut all = self.audiences(client_id).to_vec();
        // Tokens of the built-in client also name the issuer, so that our own endpoints accept them.
        if all.is_empty() || client_id == BUILT_IN_CLIENT && !all.iter().any(|audience| audience == issuer) {
            all.push(issuer.to_owned());
        }
        match <[String; 1]>::try_from(all) {
            Ok([one]) => Audience::One(one),
            Err(several) => Audience::Several(several),
        }
    }
}

/// The scope that releases a claim (OpenID Connect Core §5.4).
fn scope_of(claim: UserClaim) -> &'static str {
    match claim {
        UserClaim::Email | UserClaim::EmailVerified => "email",
        UserClaim::Name | UserClaim::PreferredUsername | UserClaim::Picture => "profile",
        UserClaim::Groups => "groups",
    }
}

/// Unknown claims are left out. `email` stands only beside `email_verified`: without it, a service would take the address for
/// a verified one.
fn put(claims: &mut AccessClaims, claim: UserClaim, profile: &Profile) {
    match claim {
        UserClaim::Email => {
            claims.email = profile.email.clone().filter(|_| profile.email_verified.is_some());
            claims.email_verified = claims.email.as_ref().and(profile.email_verified);
        }
        UserClaim::EmailVerified => claims.email_verified = profile.email.as_ref().and(profile.email_verified),
        UserClaim::Name => claims.name.clone_from(&profile.name),
        UserClaim::PreferredUsername => claims.preferred_username.clone_from(&profile.preferred_username),
        UserClaim::Picture => claims.picture.clone_from(&profile.picture),
        UserClaim::Groups => claims.groups.clone_from(&profile.groups),
    }
}

/// `exp` of a token of a session, in epoch seconds. A token never outlives its session, neither the absolute nor the idle end,
/// since a service that verifies offline checks nothing else.
pub fn end(config: &Config, session: &Session, lifetime: Duration, now: Timestamp) -> i64 {
    let session_end = Lifetime::new(&config.sessions, &config.tokens).idle_expires_at(session);
    earlier(session_end, lifetime, now)
}

fn earlier(session_end: Timestamp, lifetime: Duration, now: Timestamp) -> i64 {
    now.timestamp().saturating_add_unsigned(lifetime.as_secs()).min(session_end.timestamp())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    /// SE-05: `exp` is no later than the end of the session.
    #[test]
    fn no_token_outlives_its_session() {
        let now = Timestamp::UNIX_EPOCH + TimeDelta::milliseconds(1_000_500);
        let end = |left: i64| earlier(now + TimeDelta::milliseconds(left), Duration::from_secs(300), now);
        assert_eq!(end(90 * 86_400 * 1000), 1300);
        assert_eq!(end(300_000), 1300);
        assert_eq!(end(299_499), 1299);
        assert_eq!(end(10_000), 1010);
        assert_eq!(end(400), 1000);
    }
}
