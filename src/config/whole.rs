//! The whole configuration: all sections.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::layer::findings::Findings;
use super::layer::naming::{CLIENTS, Names, PROVIDERS};
use super::section::admin::{self, Admin, RawAdmin};
use super::section::cleanup::{self, Cleanup, RawCleanup};
use super::section::client::model::Client;
use super::section::client::raw::RawClient;
use super::section::client::rules;
use super::section::database::{self, Database, RawDatabase};
use super::section::limits::{self, Limits, RawLimits};
use super::section::log::{self, Log, RawLog};
use super::section::login::{self, Login, RawLogin};
use super::section::provider::linking;
use super::section::provider::protocol::{self, Provider};
use super::section::provider::raw::RawProvider;
use super::section::secrets::{self, RawSecrets};
use super::section::server::{self, RawServer, Server};
use super::section::sessions::{self, RawSessions, Sessions};
use super::section::signing::{self, RawSigning, Signing};
use super::section::tokens::{self, RawTokens, Tokens};
use crate::base::seal::Ring;

/// The configuration of Vestibule.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Configuration")]
pub(crate) struct RawConfig {
    server: RawServer,
    database: RawDatabase,
    secrets: RawSecrets,
    signing: RawSigning,
    tokens: RawTokens,
    sessions: RawSessions,
    login: RawLogin,
    limits: RawLimits,
    admin: RawAdmin,
    log: RawLog,
    cleanup: RawCleanup,
    /// The providers that people sign in at, by their ids.
    #[schemars(extend("propertyNames" = { "pattern": PROVIDERS.pattern }))]
    providers: BTreeMap<String, RawProvider>,
    /// The apps and services that use us, by their `client_id`.
    #[schemars(extend("propertyNames" = { "pattern": CLIENTS.pattern }))]
    clients: BTreeMap<String, RawClient>,
}

/// The whole configuration.
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[database]`
    pub database: Database,
    /// `[secrets]`, as the ring that they are
    pub ring: Arc<Ring>,
    /// `[signing]`
    pub signing: Signing,
    /// `[tokens]`
    pub tokens: Tokens,
    /// `[sessions]`
    pub sessions: Sessions,
    /// `[login]`
    pub login: Login,
    /// `[limits]`
    pub limits: Limits,
    /// `[admin]`
    pub admin: Admin,
    /// `[log]`
    pub log: Log,
    /// `[cleanup]`
    pub cleanup: Cleanup,
    /// `[providers.*]`, in the order in which they were written
    pub providers: Vec<Provider>,
    /// `[clients.*]`, in the order in which they were written
    pub clients: Vec<Client>,
}

/// The validated configuration, good only if nothing was found wrong; `None` where there is no value to put in place.
/// `names` says in which order the named tables were written.
pub(crate) fn whole(mut raw: RawConfig, names: &Names, at: &mut Findings<'_>) -> Option<Config> {
    let server = server::server(&raw.server, at);
    let public_url = server.as_ref().map(|server| &server.public_url);
    let sessions = sessions::sessions(raw.sessions, public_url, at);
    let database = database::database(raw.database, at);
    let ring = secrets::ring(&raw.secrets, at);
    let signing = signing::signing(raw.signing, at);
    let tokens = tokens::tokens(raw.tokens, at);
    let login = login::login(&raw.login, at);
    let limits = limits::limits(&raw.limits);
    let admin = admin::admin(raw.admin, at);
    let log = log::log(raw.log, at);
    let cleanup = cleanup::cleanup(&raw.cleanup, at);
    let token_claims = tokens.as_ref().map(|tokens| tokens.claims.as_slice()).unwrap_or_default();
    let storing = raw.providers.iter().filter(|(_, provider)| provider.store_tokens);
    let storing: Vec<String> = storing.map(|(id, _)| id.clone()).collect();
    let mut take = |id: &String| {
        raw.providers.remove(id).map(|mut provider| protocol::provider(id, &mut provider, token_claims, at))
    };
    // Collected first: the first bad one must not keep the others from being judged.
    let providers: Vec<_> = names.of_section("providers").iter().filter_map(&mut take).collect();
    let link_by_verified_email = login.as_ref().is_some_and(|login| login.link_by_verified_email);
    linking::linking(link_by_verified_email, &providers, at);
    let around = rules::Around {
        algorithms: signing.as_ref().map(|signing| signing.algorithms.as_slice()),
        providers: names.of_section("providers"),
        storing: &storing,
        issuer: server.as_ref().map(|server| server.public_url.issuer()),
        audience: tokens.as_ref().map(|tokens| tokens.audience.as_slice()).unwrap_or_default(),
    };
    let mut take = |id: &String| raw.clients.remove(id).map(|client| rules::client(id, client, &around, at));
    let clients: Vec<_> = names.of_section("clients").iter().filter_map(&mut take).collect();
    Some(Config {
        server: server?,
        database: database?,
        ring: Arc::new(ring?),
        signing: signing?,
        tokens: tokens?,
        sessions: sessions?,
        login: login?,
        limits: limits?,
        admin: admin?,
        log: log?,
        cleanup: cleanup?,
        providers: providers.into_iter().collect::<Option<_>>()?,
        clients: clients.into_iter().collect::<Option<_>>()?,
    })
}
