//! All sections, one after the other.

use super::{database, login, provider, secrets, server, sessions, signing};
use crate::config::findings::{Findings, shown};
use crate::config::nearest::nearest_word;
use crate::config::raw::{self, Raw};
use crate::config::settings::{Config, Limits, Log, Tokens};

/// The levels, and `off`.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The validated configuration, good only if nothing was found wrong; `None` where there is no value to put in place. `order` is the providers'.
pub(in crate::config) fn whole(mut raw: Raw, order: &[String], at: &mut Findings<'_>) -> Option<Config> {
    let server = server::server(&raw.server, at);
    let public_url = server.as_ref().map(|server| &server.public_url);
    let sessions = sessions::sessions(raw.sessions, public_url, at);
    let database = database::database(raw.database, at);
    let ring = secrets::ring(&raw.secrets, at);
    let signing = signing::signing(raw.signing, at);
    let tokens = tokens(raw.tokens, at);
    let login = login::login(&raw.login, at);
    let limits = limits(&raw.limits);
    let log = log(raw.log, at);
    let mut take = |id: &String| raw.providers.remove(id).map(|provider| provider::provider(id, provider, at));
    // Collected first: the first bad provider must not keep the others from being judged.
    let providers: Vec<_> = order.iter().filter_map(&mut take).collect();
    Some(Config {
        server: server?,
        database: database?,
        ring: ring?,
        signing: signing?,
        tokens: tokens?,
        sessions: sessions?,
        login: login?,
        limits: limits?,
        log: log?,
        providers: providers.into_iter().collect::<Option<_>>()?,
    })
}

fn tokens(raw: raw::Tokens, at: &mut Findings<'_>) -> Option<Tokens> {
    let access_lifetime = at.duration("tokens.access_lifetime", &raw.access_lifetime, "1s", "3650d");
    for (item, _) in raw.audience.iter().enumerate().filter(|(_, audience)| audience.trim().is_empty()) {
        at.refuse_item("tokens.audience", item, "is empty", "write who the tokens are for, or leave it out");
    }
    Some(Tokens { access_lifetime: access_lifetime?, audience: raw.audience })
}

/// Their ranges are in the types.
fn limits(raw: &raw::Limits) -> Option<Limits> {
    let body_bytes = usize::try_from(raw.body_bytes).ok()?;
    Some(Limits { logins_per_minute: raw.logins_per_minute, tokens_per_minute: raw.tokens_per_minute, body_bytes })
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
