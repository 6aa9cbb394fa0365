//! The result that a login with given claims would have. It calls the functions of a real login, without a database.

use serde::Serialize;
use serde_json::Value;

use super::new_session::{ForApp, app_session, new_session};
use super::{by_email, remarks};
use crate::access::{self, RuleOutcome};
use crate::account::Profile;
use crate::base::clock::Timestamp;
use crate::client::{self, Client};
use crate::config::{Algorithm, Config, Provider, Registration};
use crate::keys::SigningKey;
use crate::session::{Lifetime, SignedIn};
use crate::token::{self, AccessHeader, IdTokenFor, Terms, TokenSize};
use crate::upstream::Identity;

/// The result of a login.
#[derive(Serialize)]
pub struct Explained {
    /// Whether it gives a session.
    pub admitted: bool,
    /// Why it gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The id of the provider.
    pub provider: String,
    /// The `sub` of the person at the provider.
    pub sub: String,
    /// The configured rules with their outcomes, in the order of their evaluation.
    pub rules: Vec<Rule>,
    /// Remarks on what a login ignores without an error.
    pub notes: Vec<String>,
    /// The user after the login, with groups.
    pub user: Profile,
    /// The number of groups that the provider sent, if it sent a list; at most 500 are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_sent: Option<usize>,
    /// Whether a login of an unknown identity creates a user.
    pub sign_up: bool,
    /// The providers with whose user the login is linked, if they have verified the same e-mail address.
    pub joins_users_of: Vec<String>,
    /// The access tokens: of the login, and of the named app.
    pub tokens: Vec<Token>,
}

/// A rule with the value that it was applied to.
#[derive(Serialize)]
pub struct Rule {
    /// The outcome of the rule.
    #[serde(flatten)]
    pub judged: RuleOutcome,
    /// The value that the rule requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Value>,
    /// The value of the claims at its pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
}

/// An access token without its signature.
#[derive(Serialize)]
pub struct Token {
    /// The `client_id` of the token.
    pub client: String,
    /// The JOSE header of the token.
    pub header: AccessHeader,
    /// The claims. Ids and times are made up now.
    pub claims: Value,
    /// The size with the signature, in bytes.
    pub bytes: usize,
    /// The maximum size (`tokens.max_bytes`).
    pub max_bytes: usize,
    /// The largest claim about the user, with its share of the token in bytes.
    pub largest: Option<Largest>,
}

/// A claim with its share of a token.
#[derive(Serialize)]
pub struct Largest {
    /// The name of the claim.
    pub claim: &'static str,
    /// Its share of the token, in bytes.
    pub bytes: usize,
}

/// The algorithm and key id of the signing key, on which the size of a token depends.
struct Signing {
    algorithm: Algorithm,
    kid: String,
    signature_len: usize,
}

/// Computes the result. `client` is the app that the login is for.
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
    let own = new_session(registration, identity, lifetime, now);
    let of_app = client.map(|client| app_session(&own, for_app(client)));
    let (terms, signing) = (Terms { config, clients }, Signing::of(config));
    let weighed: Vec<_> =
        std::iter::once(&own).chain(&of_app).map(|signed_in| token(terms, &signing, signed_in, now)).collect();
    let failed = rules.iter().map(|rule| &rule.judged).find(|judged| !judged.holds);
    let refused = failed.map(|failed| format!("{} does not hold: {}", failed.rule, failed.why));
    let refused = refused
        .or_else(|| oversize_id_token(config, client?, of_app.as_ref()?, now))
        .or_else(|| weighed.iter().find_map(|(_, size)| size.over(config.tokens.max_bytes)));
    Explained {
        admitted: refused.is_none(),
        refused,
        provider: registration.id.clone(),
        sub: identity.sub.clone(),
        rules,
        notes: remarks::remarks(registration, identity),
        groups_sent: remarks::groups_sent(registration, identity),
        user: identity.profile.clone(),
        sign_up: config.login.sign_up,
        joins_users_of,
        tokens: weighed.into_iter().map(|(token, _)| token).collect(),
    }
}

/// Why the ID token for the app would be refused: it is larger than `tokens.id_max_bytes`.
fn oversize_id_token(config: &Config, client: &Client, signed_in: &SignedIn, now: Timestamp) -> Option<String> {
    let content = IdTokenFor { client, signed_in, scope: &signed_in.session.scopes, nonce: None };
    token::oversize(config, content, now)
}

fn judged(registration: &Registration, identity: &Identity, client: Option<&Client>) -> Vec<Rule> {
    let judged = access::evaluate_sent(registration, &identity.profile, &identity.raw_claims);
    let looked_at = access::looked_at(registration, &identity.profile, &identity.raw_claims);
    let of_provider = judged.into_iter().zip(looked_at).map(|(judged, (wanted, found))| Rule {
        judged: RuleOutcome { rule: format!("providers.{}.{}", registration.id, judged.rule), ..judged },
        wanted: Some(wanted),
        found: Some(found),
    });
    let of_client = client.into_iter().flat_map(|client| {
        let allowed = access::evaluate_stored(&client.allow, registration, &identity.profile, &identity.claims);
        let named =
            |judged: RuleOutcome| RuleOutcome { rule: format!("clients.{}.{}", client.id, judged.rule), ..judged };
        std::iter::once(takes_provider(client, &registration.id)).chain(allowed.into_iter().map(named))
    });
    of_provider.chain(of_client.map(|judged| Rule { judged, wanted: None, found: None })).collect()
}

fn takes_provider(client: &Client, provider: &str) -> RuleOutcome {
    let holds = client.takes_provider(provider);
    let why =
        if holds { "the app takes people of this provider" } else { "the app takes people of other providers only" };
    RuleOutcome { rule: format!("clients.{}.providers", client.id), holds, why: why.into() }
}

/// With everything that the app may ask for.
fn for_app(client: &Client) -> ForApp {
    ForApp { client_id: client.id.clone(), scope: client.scopes.join(" "), resource: None, nonce: None }
}

impl Signing {
    /// A key of `signing.key_files`, if there are any; else a generated one.
    fn of(config: &Config) -> Self {
        let algorithm = config.signing.algorithms.first().copied().unwrap_or(Algorithm::Es256);
        let file = config.signing.key_files.iter().find(|file| file.algorithm() == algorithm);
        let key = file.and_then(|file| SigningKey::from_pkcs8(algorithm, file.pkcs8()).ok());
        match key {
            Some(key) => Self { algorithm, kid: key.kid().to_owned(), signature_len: key.signature_len() },
            // A placeholder of the length of a key id (a thumbprint).
            None => Self { algorithm, kid: "?".repeat(43), signature_len: SigningKey::generated_len(algorithm) },
        }
    }
}

fn token(terms: Terms<'_>, signing: &Signing, signed_in: &SignedIn, now: Timestamp) -> (Token, TokenSize) {
    let session = &signed_in.session;
    let claims = terms.of_session(signed_in, session.scopes.clone(), None, now);
    let size = TokenSize::of(&claims, signing.algorithm, &signing.kid, signing.signature_len);
    let token = Token {
        client: session.client_id.clone(),
        header: AccessHeader::new(signing.algorithm, &signing.kid),
        claims: serde_json::to_value(&claims).unwrap_or_default(),
        bytes: size.bytes,
        max_bytes: terms.config.tokens.max_bytes,
        largest: size.largest.map(|(claim, bytes)| Largest { claim, bytes }),
    };
    (token, size)
}
