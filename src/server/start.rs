//! The steps before the gateway can serve: check the schema, read the signing keys and the revocations.
//!
//! All statements run on the connection that follows the revocation feed afterwards: the start waits for one connection, and
//! meanwhile the pool opens its own. A test counts the round trips (`it::costs::start`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use super::descriptors::TooFewDescriptors;
use crate::app::{self, App};
use crate::base::clock::Clock;
use crate::base::db::{Conn, Db, DbError};
use crate::base::estimate::Estimate;
use crate::base::log_limit::LogLimit;
use crate::base::migrate;
use crate::base::once_per::{CountPerMinute, OncePer};
use crate::base::outbound::{Outbound, OutboundError};
use crate::client::{self, ByUrl};
use crate::config::Config;
use crate::keys::{self, KeysError};
use crate::pages::{self, Pages};
use crate::session::{self, Endings, FeedConnection, Follower, Lifetime, RevocationCache, SessionCache};
use crate::telemetry;
use crate::upstream::Registry;
use crate::vault::Vault;
use crate::web::Refusal;

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be brought up to date.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The database lacks migrations, and the configuration forbids to run them.
    #[error("the database lacks the migration {0}; run `vestibule migrate`, or set database.migrate_on_start = true")]
    Schema(String),
    /// There is nothing to sign with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A template or a message file is not valid.
    #[error("{0}")]
    Pages(String),
    /// The system has no TLS roots.
    #[error("no HTTP client can be built: {0}")]
    Outbound(#[from] OutboundError),
    /// An address cannot be listened on.
    #[error("cannot listen on {0}: {1}; choose another in server.listen or server.admin_listen")]
    Listen(SocketAddr, io::Error),
    /// The limit of open files is too low.
    #[error(transparent)]
    Descriptors(#[from] TooFewDescriptors),
    /// The system has no threads, signals or sockets for us.
    #[error("cannot start: {0}")]
    Io(#[from] io::Error),
}

/// Builds the App, which sends at most `most_outbound` requests at a time, and starts to follow the revocation feed. Blocks.
pub(super) fn load(mut config: Config, clock: Clock, most_outbound: usize) -> Result<(Arc<App>, Follower), StartError> {
    let db = Db::open(&config.database.access());
    let mut feed = FeedConnection::open(&db, config.database.connect_timeout)?;
    bring_up_to_date(&db, feed.conn(), config.database.migrate_on_start)?;
    let policy = keys::Policy::new(&config);
    let files = std::mem::take(&mut config.signing.key_files);
    let (keys, events) = keys::load_or_create(&db, feed.conn(), &config.ring, &files, policy, clock.now())?;
    events.iter().for_each(telemetry::record);
    let pages = checked_pages(&config)?;
    let outbound = Outbound::through(config.outbound.clone())?.limited_to(most_outbound);
    let providers = Registry::new(std::mem::take(&mut config.providers), &db, &outbound)?;
    // Before any login: the identities of another issuer are other persons.
    app::issuers_changed(providers.check_issuers(feed.conn(), clock.now()).map_err(DbError::from)?);
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let endings = Endings::new(lifetime, &config.clients);
    let by_url = config.clients_by_url.clone().map(|settings| ByUrl::new(settings, &outbound)).transpose()?;
    let clients = client::Registry::new(std::mem::take(&mut config.clients), &config.limits).with_by_url(by_url);
    let revocations = RevocationCache::new(config.tokens.revocation_max_age);
    // Before any request: a replica that does not know the revocations cannot answer.
    let follower = feed.read(&clock, &revocations)?.follow()?;
    let vault = Vault::new(&db, &config.ring, &clock, telemetry::record);
    let sessions = Arc::new(SessionCache::new(config.verify.cache_for));
    session::follow_own_writes(&db, &revocations, &sessions);
    let app = App {
        config,
        db,
        clock,
        keys,
        pages,
        providers,
        vault,
        clients,
        lifetime,
        endings,
        revocations,
        sessions,
        pending_logins: Estimate::default(),
        outbound,
        email_warnings: OncePer::hour(),
        unbound_codes: OncePer::hour(),
        unbound_origins: OncePer::start(),
        forwarding_warnings: OncePer::hour(),
        verify_warnings: OncePer::hour(),
        auth_time_notes: OncePer::hour(),
        refusal_lines: LogLimit::default(),
        rejected_requests: CountPerMinute::default(),
        stateless_errors: OncePer::hour(),
    };
    Ok((Arc::new(app), follower))
}

/// The pages. Each state of each page is rendered if the operator has replaced a template or a message.
fn checked_pages(config: &Config) -> Result<Pages, StartError> {
    pages::check(config, &Refusal::messages()).map_err(|found| StartError::Pages(found.join("\n")))
}

/// Applies the missing migrations, or fails if there are any and `migrate_on_start` is off.
fn bring_up_to_date(db: &Db, conn: &mut Conn, migrate_on_start: bool) -> Result<(), StartError> {
    let Some(first) = migrate::pending(conn).map_err(DbError::from)?.into_iter().next() else { return Ok(()) };
    if !migrate_on_start {
        return Err(StartError::Schema(first));
    }
    for name in migrate::migrate(db)? {
        tracing::info!(name, "migrated");
    }
    Ok(())
}
