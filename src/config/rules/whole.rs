//! All sections, one after the other.

use std::sync::Arc;

use super::{client, database, login, provider, secrets, server, sessions, signing};
use crate::base::secret::Plain;
use crate::config::findings::{Findings, shown};
use crate::config::naming::Names;
use crate::config::nearest::nearest_word;
use crate::config::raw::{self, Raw};
use crate::config::settings::{Admin, Cleanup, Config, Limits, Log, Tokens};

/// The levels, and `off`.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The validated configuration, good only if nothing was found wrong; `None` where there is no value to put in place.
/// `names` says in which order the named tables were written.
pub(in crate::config) fn whole(mut raw: Raw, names: &Names, at: &mut Findings<'_>) -> Option<Config> {
    let server = server::server(&raw.server, at);
    let public_url = server.as_ref().map(|server| &server.public_url);
    let sessions = sessions::sessions(raw.sessions, public_url, at);
    let database = database::database(raw.database, at);
    let ring = secrets::ring(&raw.secrets, at);
    let signing = signing::signing(raw.signing, at);
    let tokens = tokens(raw.tokens, at);
    let login = login::login(&raw.login, at);
    let limits = limits(&raw.limits);
    let admin = admin(raw.admin, at);
    let log = log(raw.log, at);
    let cleanup = cleanup(&raw.cleanup, at);
    let token_claims = tokens.as_ref().map(|tokens| tokens.claims.as_slice()).unwrap_or_default();
    let storing = raw.providers.iter().filter(|(_, provider)| provider.store_tokens);
    let storing: Vec<String> = storing.map(|(id, _)| id.clone()).collect();
    let mut take = |id: &String| {
        raw.providers.remove(id).map(|mut provider| provider::provider(id, &mut provider, token_claims, at))
    };
    // Collected first: the first bad one must not keep the others from being judged.
    let providers: Vec<_> = names.of_section("providers").iter().filter_map(&mut take).collect();
    let around = client::Around {
        algorithms: signing.as_ref().map(|signing| signing.algorithms.as_slice()),
        providers: names.of_section("providers"),
        storing: &storing,
        issuer: server.as_ref().map(|server| server.public_url.issuer()),
        audience: tokens.as_ref().map(|tokens| tokens.audience.as_slice()).unwrap_or_default(),
    };
    let mut take = |id: &String| raw.clients.remove(id).map(|client| client::client(id, client, &around, at));
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

fn tokens(raw: raw::Tokens, at: &mut Findings<'_>) -> Option<Tokens> {
    let access_lifetime = at.duration("tokens.access_lifetime", &raw.access_lifetime, "1s", "3650d");
    let id_lifetime = at.duration("tokens.id_lifetime", &raw.id_lifetime, "1s", "1d");
    let code_lifetime = at.duration("tokens.code_lifetime", &raw.code_lifetime, "1s", "10m");
    for (item, _) in raw.audience.iter().enumerate().filter(|(_, audience)| audience.trim().is_empty()) {
        at.refuse_item("tokens.audience", item, "is empty", "write who the tokens are for, or leave it out");
    }
    let refresh_retry_window = at.duration("tokens.refresh_retry_window", &raw.refresh_retry_window, "0s", "1h");
    let refresh_forgive_every = at.duration("tokens.refresh_forgive_every", &raw.refresh_forgive_every, "1h", "3650d");
    let status_list_ttl = at.duration("tokens.status_list_ttl", &raw.status_list_ttl, "1s", "1d");
    let revocation_max_age = at.duration("tokens.revocation_max_age", &raw.revocation_max_age, "2s", "10m");
    Some(Tokens {
        access_lifetime: access_lifetime?,
        id_lifetime: id_lifetime?,
        code_lifetime: code_lifetime?,
        audience: raw.audience,
        claims: raw.claims,
        max_bytes: usize::try_from(raw.max_bytes).ok()?,
        refresh_retry_window: refresh_retry_window?,
        refresh_forgive_every: refresh_forgive_every?,
        status_list_ttl: status_list_ttl?,
        revocation_max_age: revocation_max_age?,
    })
}

fn admin(raw: raw::Admin, at: &mut Findings<'_>) -> Option<Admin> {
    if !raw.token.is_empty() && raw.token.len() < 32 {
        let remedy = "write at least 32 random characters, as `vestibule secrets generate` prints";
        at.refuse("admin.token", "is short enough to be guessed", remedy);
        return None;
    }
    Some(Admin { token: Some(Plain::new(raw.token)).filter(|token| !token.is_empty()) })
}

fn cleanup(raw: &raw::Cleanup, at: &mut Findings<'_>) -> Option<Cleanup> {
    Some(Cleanup { every: at.duration("cleanup.every", &raw.every, "1s", "1d")?, batch: raw.batch })
}

/// Their ranges are in the types.
fn limits(raw: &raw::Limits) -> Option<Limits> {
    let body_bytes = usize::try_from(raw.body_bytes).ok()?;
    Some(Limits {
        logins_per_minute: raw.logins_per_minute,
        tokens_per_minute: raw.tokens_per_minute,
        failures_before_lockout: raw.failures_before_lockout,
        body_bytes,
    })
}

fn log(raw: raw::Log, at: &mut Findings<'_>) -> Option<Log> {
    let remedy = "write off, error, warn, info, debug or trace, or a filter as \"info,vestibule=debug\"";
    // A filter takes any word for the name of a module, so that a level with a typing error would silence everything.
    let is_level = |word: &str| LEVELS.contains(&word.to_lowercase().as_str());
    let mut words = raw.level.split(',').map(str::trim).filter(|_| !raw.level.contains('['));
    if let Some(word) = words.find(|word| !word.contains('=') && !is_level(word)) {
        let likely = nearest_word(word, &LEVELS).map(|level| format!(" (\"{level}\" is near)")).unwrap_or_default();
        at.refuse("log.level", format!("{} is not a level{likely}", shown(word)), remedy);
        return None;
    }
    let filter = tracing_subscriber::EnvFilter::builder().parse(&raw.level);
    at.accept("log.level", filter.map_err(|_| format!("{} is not a filter", shown(&raw.level))), remedy)?;
    Some(Log { level: raw.level, format: raw.format })
}
