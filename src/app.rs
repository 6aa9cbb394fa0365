//! The state that all requests and jobs share: built once at the start, immutable.

use std::net::IpAddr;
use std::sync::Arc;

use crate::base::clock::{Clock, Timestamp};
use crate::base::db::Db;
use crate::base::estimate::Estimate;
use crate::base::event::Event;
use crate::base::log_limit::LogLimit;
use crate::base::once_per::{CountPerMinute, OncePer};
use crate::base::outbound::Outbound;
use crate::client;
use crate::config::{Chooser, Config};
use crate::keys::KeyRing;
use crate::pages::Pages;
use crate::session::{Ended, Ending, Endings, Lifetime, RevocationCache, SessionCache};
use crate::telemetry;
use crate::upstream::{IssuerChange, Provider, Registry, issuer_changed};
use crate::vault::Vault;

/// The gateway's shared state.
pub struct App {
    /// The configuration, without the parts that other fields have taken over.
    pub config: Config,
    /// The database pool and its executor.
    pub db: Db,
    /// The templates and messages of the pages.
    pub pages: Pages,
    /// The source of each request's `now`.
    pub clock: Clock,
    /// The signing keys; replaced as a whole when they change.
    pub keys: KeyRing,
    /// The providers of the configuration.
    pub providers: Registry,
    /// The access and refresh tokens that providers issued.
    pub vault: Vault,
    /// The OAuth clients, and the lockouts of client authentication.
    pub clients: client::Registry,
    /// The idle and the absolute timeout of sessions.
    pub lifetime: Lifetime,
    /// Ends sessions, and notifies the delivery of logout notices.
    pub endings: Endings,
    /// The cache of revoked sessions and tokens.
    pub revocations: RevocationCache,
    /// The sessions that this replica has read lately.
    pub sessions: Arc<SessionCache>,
    /// The pending logins of all replicas (`limits.pending_logins`).
    pub pending_logins: Estimate,
    /// The HTTP client for requests to providers and clients.
    pub outbound: Outbound,
    /// The time of the last warning, by provider, that access tokens lack the e-mail address.
    pub email_warnings: OncePer,
    /// The time of the last warning, by client, that its authorization requests have neither PKCE nor `nonce`.
    pub unbound_codes: OncePer,
    /// The origins for which the log has warned that their exchanges in the SPA flow are not bound to a browser.
    pub unbound_origins: OncePer,
    /// The time of the last warning that a peer sends `X-Forwarded-For` and is not a trusted proxy.
    pub forwarding_warnings: OncePer,
    /// The time of the last warning about the proxy in front of `/verify`.
    pub verify_warnings: OncePer,
    /// When it was last stored for a provider whether it states the authentication time.
    pub auth_time_notes: OncePer,
    /// The log lines about refused requests, by network.
    pub refusal_lines: LogLimit,
    /// The authorization requests that providers rejected.
    pub rejected_requests: CountPerMinute,
    /// The time of the last warning, by provider, that an error response has no `state`.
    pub stateless_errors: OncePer,
}

impl App {
    /// Whether lists of providers contain the provider. With `pages.chooser = "email"`, e-mail addresses lead to the others.
    pub fn lists_provider(&self, provider: &Provider) -> bool {
        self.config.pages.chooser == Chooser::Buttons || provider.registration().domains.is_empty()
    }

    /// Counts a refused request of this address, and logs it. Beyond the limit of its network it is counted only: anyone can send
    /// such requests, which would fill the log.
    pub fn refused(&self, event: &Event, ip: IpAddr, now: Timestamp) {
        if self.refusal_lines.allows(ip, now) { telemetry::record(event) } else { telemetry::count(event) }
    }

    /// Follows up on ended sessions, after the commit: records events, and begins to deliver the logout notices.
    pub fn ended(&self, ended: &[Ended], ending: &Ending) {
        for ended in ended {
            telemetry::record(&Event::SessionEnded {
                user: ended.user,
                session: ended.id,
                reason: ending.reason.as_str(),
            });
        }
        if ended.iter().any(|ended| ended.notice_queued) {
            self.endings.notify();
        }
    }
}

/// Records which providers came into use or out of use.
pub fn issuers_changed(changes: Vec<IssuerChange>) {
    for change in changes {
        let IssuerChange { provider, configured, stored } = &change;
        let event = if change.is_suspension() {
            let reason = issuer_changed(provider, configured, stored);
            Event::ProviderIssuerChanged { provider: provider.clone(), reason }
        } else {
            Event::ProviderIssuerAccepted { provider: provider.clone() }
        };
        telemetry::record(&event);
    }
}
