//! What a login would come to with these claims: by the very functions that judge a login, and without a database.

use serde::Serialize;
use serde_json::Value;

use super::rules::{self, Judged};
use super::to_be::{ForApp, to_be, under};
use super::{by_email, remarks};
use crate::account::Profile;
use crate::base::clock::Timestamp;
use crate::client::{self, Client};
use crate::config::{Algorithm, Config, Provider, Registration};
use crate::keys::SigningKey;
use crate::session::{Lifetime, SignedIn};
use crate::token::{AccessHeader, Terms, Weight};
use crate::upstream::Identity;

/// What a login would come to.
#[derive(Serialize)]
pub struct Explained {
    /// Whether it would give a session.
    pub admitted: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The provider's id.
    pub provider: String,
    /// Who it is there.
    pub sub: String,
    /// Each rule that is given, in the order in which they are judged.
    pub rules: Vec<Rule>,
    /// What a login would pass over in silence, in words.
    pub notes: Vec<String>,
    /// The user as the login would leave it, groups included.
    pub user: Profile,
    /// How many groups the provider said, where it said a list of them; no more than 500 are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_said: Option<usize>,
    /// Whether somebody who is not known yet may enter.
    pub sign_up: bool,
    /// The providers by whose word for the same address the login would join the user that they know.
    pub joins_users_of: Vec<String>,
    /// The access tokens: that of the login itself, and that of the app that was named.
    pub tokens: Vec<Token>,
}

/// A rule, and what it looked at.
#[derive(Serialize)]
pub struct Rule {
    /// What became of it.
    #[serde(flatten)]
    pub judged: Judged,
    /// What the rule wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Value>,
    /// What the claims have in that place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
}

/// An access token, but for its signature.
#[derive(Serialize)]
pub struct Token {
    /// The client that it is for.
    pub client: String,
    /// Its header.
    pub header: AccessHeader,
    /// Its claims. Ids and times are of this moment.
    pub claims: Value,
    /// Its size, signature included.
    pub bytes: usize,
    /// What it may have.
    pub max_bytes: usize,
    /// Of the claims about the person, the largest, and its part of the token in bytes.
    pub largest: Option<Largest>,
}

/// A claim and its part of a token.
#[derive(Serialize)]
pub struct Largest {
    /// Its name.
    pub claim: &'static str,
    /// How much of the token it is.
    pub bytes: usize,
}

/// What tokens are signed with, as far as their size depends on it.
struct Signing {
    algorithm: Algorithm,
    kid: String,
    signature_len: usize,
}

/// Explains. `client` is the app that the login would be for.
pub fn explain(
    config: &Config,
    clients: &client::Registry,
    provider: &Provider,
    identity: &Identity,
    client: Option<&Client>,
    now: Timestamp,
) -> Explained {
    let registration = provider.registration();
    let rules = judged(registration, identity, client);
    let all = config.providers.iter().map(Provider::registration);
    let joins_users_of = by_email::vouching(config.login.link_by_verified_email, registration, &identity.profile, all);
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let own = to_be(registration, identity, lifetime, now);
    let of_app = client.map(|client| under(&own, for_app(client)));
    let (terms, signing) = (Terms { config, clients }, Signing::of(config));
    let weighed: Vec<_> =
        std::iter::once(&own).chain(&of_app).map(|signed_in| token(terms, &signing, signed_in, now)).collect();
    let failed = rules.iter().map(|rule| &rule.judged).find(|judged| !judged.holds);
    let refused = failed.map(|failed| format!("{} does not hold: {}", failed.rule, failed.why));
    let refused = refused.or_else(|| weighed.iter().find_map(|(_, weight)| weight.over(config.tokens.max_bytes)));
    Explained {
        admitted: refused.is_none(),
        refused,
        provider: registration.id.clone(),
        sub: identity.sub.clone(),
        rules,
        notes: remarks::remarks(registration, identity),
        groups_said: remarks::groups_said(registration, identity),
        user: identity.profile.clone(),
        sign_up: config.login.sign_up,
        joins_users_of,
        tokens: weighed.into_iter().map(|(token, _)| token).collect(),
    }
}

fn judged(registration: &Registration, identity: &Identity, client: Option<&Client>) -> Vec<Rule> {
    let judged = rules::judge(registration, &identity.profile, &identity.raw_claims);
    let looked_at = rules::looked_at(registration, &identity.profile, &identity.raw_claims);
    let of_provider = judged.into_iter().zip(looked_at).map(|(judged, (wanted, found))| Rule {
        judged: Judged { rule: format!("providers.{}.{}", registration.id, judged.rule), ..judged },
        wanted: Some(wanted),
        found: Some(found),
    });
    let of_client = client.map(|client| takes_provider(client, &registration.id));
    of_provider.chain(of_client.map(|judged| Rule { judged, wanted: None, found: None })).collect()
}

fn takes_provider(client: &Client, provider: &str) -> Judged {
    let holds = client.takes_provider(provider);
    let why =
        if holds { "the app takes people of this provider" } else { "the app takes people of other providers only" };
    Judged { rule: format!("clients.{}.providers", client.id), holds, why: why.into() }
}

/// With everything that the app may ask for.
fn for_app(client: &Client) -> ForApp {
    ForApp { client_id: client.id.clone(), scope: client.scopes.join(" "), resource: None }
}

impl Signing {
    /// The key of a file, if there are any; else one of those that are made.
    fn of(config: &Config) -> Self {
        let algorithm = config.signing.algorithms.first().copied().unwrap_or(Algorithm::Es256);
        let file = config.signing.key_files.iter().find(|file| file.algorithm() == algorithm);
        let key = file.and_then(|file| SigningKey::from_pkcs8(algorithm, file.pkcs8()).ok());
        match key {
            Some(key) => Self { algorithm, kid: key.kid().to_owned(), signature_len: key.signature_len() },
            // As long as a thumbprint, which is all that is known of it.
            None => Self { algorithm, kid: "?".repeat(43), signature_len: SigningKey::generated_len(algorithm) },
        }
    }
}

fn token(terms: Terms<'_>, signing: &Signing, signed_in: &SignedIn, now: Timestamp) -> (Token, Weight) {
    let session = &signed_in.session;
    let claims = terms.of_session(signed_in, session.scopes.clone(), None, now);
    let weight = Weight::of(&claims, signing.algorithm, &signing.kid, signing.signature_len);
    let token = Token {
        client: session.client_id.clone(),
        header: AccessHeader::new(signing.algorithm, &signing.kid),
        claims: serde_json::to_value(&claims).unwrap_or_default(),
        bytes: weight.bytes,
        max_bytes: terms.config.tokens.max_bytes,
        largest: weight.largest.map(|(claim, bytes)| Largest { claim, bytes }),
    };
    (token, weight)
}
