//! The whole configuration: its sections, and the order in which they are validated.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::layer::ids::{CLIENTS, Ids, PROVIDERS, RESOURCES};
use super::layer::validator::Validator;
use super::section::admin::{self, Admin, RawAdmin};
use super::section::allow::RawAllow;
use super::section::cleanup::Cleanup;
use super::section::client::context::ClientContext;
use super::section::client::model::{Client, RawClient};
use super::section::client::rules;
use super::section::database::{self, Database, RawDatabase};
use super::section::limits::Limits;
use super::section::log::{self, Log};
use super::section::login::{self, Login, RawLogin};
use super::section::outbound::{self, RawOutbound};
use super::section::provider::linking;
use super::section::provider::needs::ClaimNeeds;
use super::section::provider::protocol::{self, Provider};
use super::section::provider::raw::RawProvider;
use super::section::provider::shared_redirect;
use super::section::resource;
use super::section::resource::model::ProtectedResource;
use super::section::resource::raw::RawResource;
use super::section::secrets::{self, RawSecrets};
use super::section::server::{self, RawServer, Server};
use super::section::sessions::{self, Sessions};
use super::section::signing::{self, RawSigning, Signing};
use super::section::tokens::{self, Tokens};
use super::section::verify::model::{SiteAccess, Verify};
use super::section::verify::raw::{RawSiteAllow, RawSiteRule, RawVerify};
use super::section::verify::{self, VerifyContext};
use super::value::resource::is_same_resource;
use crate::base::proxies::Proxies;
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
    tokens: Tokens,
    sessions: Sessions,
    login: RawLogin,
    verify: RawVerify,
    limits: Limits,
    admin: RawAdmin,
    log: Log,
    cleanup: Cleanup,
    outbound: RawOutbound,
    /// Providers at which users sign in, by id.
    #[schemars(extend("propertyNames" = { "pattern": PROVIDERS.pattern }))]
    providers: BTreeMap<String, RawProvider>,
    /// Apps and services that use the gateway, by `client_id`.
    #[schemars(extend("propertyNames" = { "pattern": CLIENTS.pattern }))]
    clients: BTreeMap<String, RawClient>,
    /// Services that take access tokens for themselves alone, by id.
    #[schemars(extend("propertyNames" = { "pattern": RESOURCES.pattern }))]
    resources: BTreeMap<String, RawResource>,
}

/// The validated configuration, one field per section.
pub struct Config {
    /// `[server]`: addresses and listeners.
    pub server: Server,
    /// `[database]`: the connection pool.
    pub database: Database,
    /// `[secrets]`: the key ring.
    pub ring: Arc<Ring>,
    /// `[signing]`: signing keys and their rotation.
    pub signing: Signing,
    /// `[tokens]`: lifetimes and contents of tokens.
    pub tokens: Tokens,
    /// `[sessions]`: how long sessions last.
    pub sessions: Sessions,
    /// `[login]`: signing in through a provider.
    pub login: Login,
    /// `[verify]`: sites behind a reverse proxy.
    pub verify: Verify,
    /// `[limits]`: rate limits and the lockout.
    pub limits: Limits,
    /// `[admin]`: administration by HTTP.
    pub admin: Admin,
    /// `[log]`: level and format of the log.
    pub log: Log,
    /// `[cleanup]`: deletion of expired rows.
    pub cleanup: Cleanup,
    /// `[outbound]`: the proxies of requests to providers and apps.
    pub outbound: Proxies,
    /// `[providers.<id>]`, in the order of the configuration.
    pub providers: Vec<Provider>,
    /// `[clients.<id>]`, in the order of the configuration.
    pub clients: Vec<Client>,
    /// `[resources.<id>]`, in the order of the configuration.
    pub resources: Vec<ProtectedResource>,
}

impl Config {
    /// Whether a rule about signed-in users, or a resource, looks at the claims of their provider, beyond their profile.
    pub fn reads_claims_of_sessions(&self) -> bool {
        let of_rules = self.verify.rules.iter().filter_map(|rule| match &rule.access {
            SiteAccess::SignedIn(conditions) => Some(conditions),
            SiteAccess::Deny | SiteAccess::Anyone => None,
        });
        let of_resources = self.resources.iter().map(|resource| &resource.conditions);
        of_rules.chain(of_resources).any(|conditions| !conditions.allow.claims.is_empty())
    }

    /// The protected resource with that id.
    pub fn resource(&self, id: &str) -> Option<&ProtectedResource> {
        self.resources.iter().find(|resource| resource.id == id)
    }

    /// The protected resource with that address.
    pub fn resource_at(&self, address: &str) -> Option<&ProtectedResource> {
        self.resources.iter().find(|resource| is_same_resource(&resource.resource, address))
    }
}

/// Validates all sections. The result must be used only if `validator` has no problem: it is `None` where a value cannot
/// be built, but some problems leave a value. `ids` gives the order of providers and clients.
pub(crate) fn validate(mut raw: RawConfig, ids: &Ids, validator: &mut Validator<'_>) -> Option<Config> {
    let server = server::validate(&raw.server, validator);
    let public_url = server.as_ref().map(|server| &server.public_url);
    let sessions = sessions::validate(raw.sessions, public_url, validator);
    let database = database::validate(raw.database, validator);
    let ring = secrets::validate(&raw.secrets, validator);
    let signing = signing::validate(raw.signing, validator);
    tokens::validate(&raw.tokens, validator);
    sessions::validate_idle_timeout(sessions.as_ref(), &raw.tokens, validator);
    let login = login::validate(raw.login, validator);
    let context = VerifyContext { public_url, sessions: sessions.as_ref(), providers: ids.of_section("providers") };
    let conditions = |rule: &RawSiteRule| {
        let RawSiteAllow { email_domains, groups, claims, providers, .. } = rule.allow.clone();
        (providers, RawAllow { email_domains, groups, claims })
    };
    let of_sites: Vec<_> = raw.verify.rules.iter().map(conditions).collect();
    let verify = verify::validate(raw.verify, &context, validator);
    let audience = &raw.tokens.audience;
    let mut take = |id: &String| {
        raw.resources.remove(id).map(|resource| resource::validate(id, resource, &context, audience, validator))
    };
    let resources: Vec<_> = ids.of_section("resources").iter().filter_map(&mut take).collect();
    let resources: Option<Vec<_>> = resources.into_iter().collect();
    resource::distinct(resources.as_deref().unwrap_or_default(), validator);
    let admin = admin::validate(raw.admin, validator);
    log::validate(&raw.log, validator);
    let outbound = outbound::validate(raw.outbound, validator);
    let needs = ClaimNeeds { token_claims: &raw.tokens.claims, clients: &raw.clients, rules: &of_sites };
    let storing = raw.providers.iter().filter(|(_, provider)| provider.registration.store_tokens);
    let storing: Vec<String> = storing.map(|(id, _)| id.clone()).collect();
    let mut take =
        |id: &String| raw.providers.remove(id).map(|provider| protocol::validate(id, provider, &needs, validator));
    // Collect the options first: an invalid provider must not stop the validation of the others.
    let providers: Vec<_> = ids.of_section("providers").iter().filter_map(&mut take).collect();
    let link_by_verified_email = login.as_ref().is_some_and(|login| login.link_by_verified_email);
    linking::validate(link_by_verified_email, &providers, validator);
    shared_redirect::validate(public_url, &providers, validator);
    let context = ClientContext {
        algorithms: signing.as_ref().map(|signing| signing.algorithms.as_slice()),
        providers: ids.of_section("providers"),
        storing: &storing,
        issuer: server.as_ref().map(|server| server.public_url.issuer()),
        resources: ids.of_section("resources"),
        audience: &raw.tokens.audience,
        idle_timeout: sessions.as_ref().map(|sessions| sessions.idle_timeout),
    };
    let mut take = |id: &String| raw.clients.remove(id).map(|client| rules::validate(id, client, &context, validator));
    let clients: Vec<_> = ids.of_section("clients").iter().filter_map(&mut take).collect();
    let mut tokens = raw.tokens;
    tokens.consider(clients.iter().flatten().map(|client| &client.tokens));
    Some(Config {
        server: server?,
        database: database?,
        ring: Arc::new(ring?),
        signing: signing?,
        tokens,
        sessions: sessions?,
        login: login?,
        verify: verify?,
        limits: raw.limits,
        admin: admin?,
        log: raw.log,
        cleanup: raw.cleanup,
        outbound: outbound?,
        providers: providers.into_iter().collect::<Option<_>>()?,
        clients: clients.into_iter().collect::<Option<_>>()?,
        resources: resources?,
    })
}
