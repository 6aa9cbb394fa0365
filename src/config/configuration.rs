//! The whole configuration: its sections, and the order in which they are validated.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::layer::ids::{CLIENTS, Ids, PROVIDERS, RESOURCES};
use super::layer::validator::Validator;
use super::section::admin::Admin;
use super::section::allow::RawAllow;
use super::section::branding::{self, Branding, RawBranding};
use super::section::cleanup::Cleanup;
use super::section::client::context::ClientContext;
use super::section::client::model::{Client, RawClient};
use super::section::client::rules;
use super::section::clients_by_url::{self, ClientsByUrl, RawClientsByUrl};
use super::section::database::Database;
use super::section::limits::Limits;
use super::section::log::{self, Log};
use super::section::login::{self, Login, RawLogin};
use super::section::missing_public_url;
use super::section::outbound::{self, Outbound};
use super::section::pages::{self, PageSettings};
use super::section::provider::linking;
use super::section::provider::needs::ClaimNeeds;
use super::section::provider::protocol::{self, Provider};
use super::section::provider::raw::RawProvider;
use super::section::provider::shared_domain;
use super::section::provider::shared_redirect;
use super::section::resource;
use super::section::resource::model::{OF_OPENID, ProtectedResource};
use super::section::resource::raw::RawResource;
use super::section::secrets::{self, RawSecrets};
use super::section::server::{self, Server};
use super::section::sessions::{self, Sessions};
use super::section::signing::{self, RawSigning, Signing};
use super::section::tokens::{self, Tokens};
use super::section::verify::model::{SiteAccess, Verify};
use super::section::verify::raw::{RawSiteRule, RawVerify};
use super::section::verify::{self, VerifyContext};
use super::value::public_url::PublicUrl;
use super::value::resource::is_same_resource;
use crate::base::proxies::Proxies;
use crate::base::seal::Ring;

/// The configuration of Vestibule.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Configuration")]
pub(crate) struct RawConfig {
    server: Server,
    database: Database,
    secrets: RawSecrets,
    signing: RawSigning,
    tokens: Tokens,
    sessions: Sessions,
    login: RawLogin,
    verify: RawVerify,
    limits: Limits,
    admin: Admin,
    log: Log,
    cleanup: Cleanup,
    outbound: Outbound,
    branding: RawBranding,
    pages: PageSettings,
    /// Providers at which users sign in, by id.
    #[schemars(extend("propertyNames" = { "pattern": PROVIDERS.pattern }))]
    providers: BTreeMap<String, RawProvider>,
    /// Apps and services that use the gateway, by `client_id`.
    #[schemars(extend("propertyNames" = { "pattern": CLIENTS.pattern }))]
    clients: BTreeMap<String, RawClient>,
    /// Services that take access tokens for themselves alone, by id.
    #[schemars(extend("propertyNames" = { "pattern": RESOURCES.pattern }))]
    resources: BTreeMap<String, RawResource>,
    clients_by_url: RawClientsByUrl,
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
    /// `[branding]`: whose pages they are.
    pub branding: Branding,
    /// `[pages]`: the templates and the texts of the pages.
    pub pages: PageSettings,
    /// `[providers.<id>]`, in the order of the configuration.
    pub providers: Vec<Provider>,
    /// `[clients.<id>]`, in the order of the configuration.
    pub clients: Vec<Client>,
    /// `[resources.<id>]`, in the order of the configuration.
    pub resources: Vec<ProtectedResource>,
    /// `[clients_by_url]`; `None` where it is not enabled.
    pub clients_by_url: Option<ClientsByUrl>,
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

/// Validates all sections. The result must be used only if `validator` has no problem: it is `None` if a value cannot
/// be built, but some problems leave a value. `ids` gives the order of providers and clients.
pub(crate) fn validate(mut raw: RawConfig, ids: &Ids, validator: &mut Validator<'_>) -> Option<Config> {
    server::validate(&raw.server, validator);
    let needs_public_url = missing_public_url::needed_by(&raw.sessions, &raw.verify.rules);
    let public_url = missing_public_url::check(&raw.server.public_url, needs_public_url, validator);
    let sessions = sessions::validate(raw.sessions, public_url, validator);
    let ring = secrets::validate(&raw.secrets, validator);
    let signing = signing::validate(raw.signing, validator);
    tokens::validate(&raw.tokens, validator);
    sessions::validate_idle_timeout(sessions.as_ref(), &raw.tokens, validator);
    let login = login::validate(raw.login, validator);
    log::validate(&raw.log, validator);
    let outbound = outbound::proxies(raw.outbound, validator);
    let branding = branding::validate(raw.branding, validator);
    let scopes = known_scopes(&raw.resources);
    let providers = ids.of_section("providers");
    let context = VerifyContext { public_url, sessions: sessions.as_ref(), providers, scopes: &scopes };
    let of_sites = conditions_of_sites(&raw.verify.rules, &raw.resources);
    let verify = verify::validate(raw.verify, &context, validator);
    let resources = resources(raw.resources, ids, &context, &raw.tokens.audience, validator);
    let needs = ClaimNeeds { token_claims: &raw.tokens.claims, clients: &raw.clients, rules: &of_sites };
    let storing = storing(&raw.providers);
    let validate_provider = |id: &str, provider| protocol::validate(id, provider, &needs, validator);
    let providers = in_order(ids.of_section("providers"), raw.providers, validate_provider);
    linking::validate(login.as_ref().is_some_and(|login| login.link_by_verified_email), &providers, validator);
    shared_redirect::validate(public_url, &providers, validator);
    shared_domain::validate(&providers, validator);
    pages::validate(&raw.pages, &providers, validator);
    let context = ClientContext {
        algorithms: signing.as_ref().map(|signing| signing.algorithms.as_slice()),
        providers: ids.of_section("providers"),
        storing: &storing,
        issuer: public_url.map(PublicUrl::issuer),
        resources: ids.of_section("resources"),
        audience: &raw.tokens.audience,
        idle_timeout: sessions.as_ref().map(|sessions| sessions.idle_timeout),
    };
    let validate_client = |id: &str, client| rules::validate(id, client, &context, validator);
    let clients = in_order(ids.of_section("clients"), raw.clients, validate_client);
    resource::apart_from_audiences(resources.as_deref().unwrap_or_default(), clients.iter().flatten(), validator);
    let clients_by_url = clients_by_url::validate(raw.clients_by_url, &context, validator);
    raw.tokens.consider(clients.iter().flatten().map(|client| &client.tokens));
    Some(Config {
        server: raw.server,
        database: raw.database,
        ring: Arc::new(ring?),
        signing: signing?,
        tokens: raw.tokens,
        sessions: sessions?,
        login: login?,
        verify: verify?,
        limits: raw.limits,
        admin: raw.admin,
        log: raw.log,
        cleanup: raw.cleanup,
        outbound,
        branding: branding?,
        pages: raw.pages,
        providers: providers.into_iter().collect::<Option<_>>()?,
        clients: clients.into_iter().collect::<Option<_>>()?,
        resources: resources?,
        clients_by_url: clients_by_url.ok()?,
    })
}

/// Validates the entries of a table in the order of their ids. One that is invalid does not stop the validation of the others.
fn in_order<R, T>(
    ids: &[String],
    mut raw: BTreeMap<String, R>,
    mut validate: impl FnMut(&str, R) -> Option<T>,
) -> Vec<Option<T>> {
    ids.iter().filter_map(|id| Some(validate(id, raw.remove(id)?))).collect()
}

/// Validates the resources, each by itself and then together.
fn resources(
    raw: BTreeMap<String, RawResource>,
    ids: &Ids,
    context: &VerifyContext<'_>,
    audience: &[String],
    validator: &mut Validator<'_>,
) -> Option<Vec<ProtectedResource>> {
    let validate = |id: &str, resource| resource::validate(id, resource, context, audience, validator);
    let resources = in_order(ids.of_section("resources"), raw, validate);
    let resources: Option<Vec<_>> = resources.into_iter().collect();
    resource::distinct(resources.as_deref().unwrap_or_default(), validator);
    resources
}

/// The conditions of each rule for sites and of each resource, with the ids of the providers whose users it is about.
fn conditions_of_sites(
    rules: &[RawSiteRule],
    resources: &BTreeMap<String, RawResource>,
) -> Vec<(Vec<String>, RawAllow)> {
    let of_resources = resources.values().map(|resource| resource.allow.conditions());
    rules.iter().map(|rule| rule.allow.conditions()).chain(of_resources).collect()
}

/// The scopes that access tokens for sites and resources can have.
fn known_scopes(resources: &BTreeMap<String, RawResource>) -> Vec<String> {
    let of_resources = resources.values().flat_map(|resource| resource.scopes.iter().cloned());
    OF_OPENID.map(String::from).into_iter().chain(of_resources).collect()
}

/// The ids of the providers with `store_tokens`.
fn storing(providers: &BTreeMap<String, RawProvider>) -> Vec<String> {
    let storing = providers.iter().filter(|(_, provider)| provider.registration.store_tokens);
    storing.map(|(id, _)| id.clone()).collect()
}
