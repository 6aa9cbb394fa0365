//! Logs and counters, fed by events.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::base::event::{AtProvider, Event};
use crate::config::{Log, LogFormat};

/// Seconds, for every duration that is measured.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Sends logs to standard error as configured. Only the first call of a process counts.
pub fn start_log(log: &Log) {
    // What libraries say at these levels may show request bodies and headers, which hold codes and tokens.
    let quiet =
        "hyper=info,hyper_util=info,reqwest=info,rustls=info,h2=info,actix_http=info,mio=info,actix_server=warn";
    let filter = EnvFilter::try_new(format!("{},{quiet}", log.level)).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        // It would say on standard error that standard error is closed, and panic since it is (FI-18).
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _already_started = match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
    };
}

/// The counters of this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// All of them, in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds what was measured into its buckets; called now and then, so that unread measurements do not pile up.
    pub fn fold(&self) {
        self.0.run_upkeep();
    }
}

/// Starts counting, and returns what renders the counters. One process counts once: later calls return the same.
pub fn start_metrics() -> Option<Metrics> {
    static METRICS: OnceLock<Option<Metrics>> = OnceLock::new();
    METRICS.get_or_init(install_recorder).clone()
}

fn install_recorder() -> Option<Metrics> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS).ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    metrics::describe_counter!("vestibule_events_total", "What happened: logins, refusals, sessions, keys");
    metrics::describe_histogram!("vestibule_db_seconds", "Time a connection was held, by piece of work");
    metrics::describe_histogram!("vestibule_http_seconds", "Time to answer a request, by route and status");
    metrics::describe_gauge!("vestibule_build_info", "1, with the version that runs");
    metrics::gauge!("vestibule_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    metrics::describe_gauge!("vestibule_db_connections", "Connections to the database, by whether they are in use");
    metrics::describe_gauge!("vestibule_revocations", "Revocations held in memory, by kind");
    metrics::describe_gauge!("vestibule_revocation_feed_age_seconds", "Time since the revocation feed was looked at");
    metrics::describe_histogram!("vestibule_revocation_lag_seconds", "Time from a revocation until it was known here");
    metrics::describe_gauge!("vestibule_logout_notices", "Logout notices to clients that are not delivered, by state");
    metrics::describe_histogram!("vestibule_logout_lag_seconds", "Time from a logout until a client was told of it");
    Some(Metrics(handle))
}

/// Counts and logs an event, once.
pub fn record(event: &Event) {
    let name = event.name();
    match event {
        Event::LoginBegan { provider, reference } => {
            tracing::info!(event = name, %provider, %reference, "login began");
            metrics::counter!("vestibule_events_total", "event" => name, "provider" => provider.clone()).increment(1);
            return;
        }
        Event::LoginCompleted { provider, user, session, reference, new_user } => {
            tracing::info!(event = name, %provider, %user, %session, %reference, new_user, "login completed");
            metrics::counter!("vestibule_events_total", "event" => name, "provider" => provider.clone()).increment(1);
            return;
        }
        Event::LoginFailed { provider, code, reason, reference } => {
            tracing::warn!(event = name, %provider, code, ?reason, %reference, "login failed");
            count_refusal(name, provider, code);
            return;
        }
        Event::CallbackRefused { provider, code } => {
            tracing::warn!(event = name, %provider, code, "callback refused");
            count_refusal(name, provider, code);
            return;
        }
        Event::SessionEnded { user, session, reason } => {
            tracing::info!(event = name, %user, %session, reason, "session ended");
        }
        Event::UserDisabled { user } => tracing::info!(event = name, %user, "user disabled"),
        Event::UserEnabled { user } => tracing::info!(event = name, %user, "user enabled"),
        Event::UserDeleted { user } => tracing::info!(event = name, %user, "user deleted"),
        Event::RefreshReused { user, session, ip, session_ip } => {
            tracing::warn!(event = name, %user, %session, %ip, ?session_ip, "refresh token reused; the session was ended");
        }
        Event::RefreshForgiven { session } => tracing::info!(event = name, %session, "late refresh forgiven"),
        Event::RefreshRecovered { session } => {
            tracing::warn!(event = name, %session, "refresh went on from a write that the database lost");
        }
        Event::TokenRevoked { user, session, client } => {
            let (user, session) = (user.map(|user| user.to_string()), session.map(|session| session.to_string()));
            tracing::info!(event = name, user, session, client, "access token revoked");
        }
        Event::AccessTokenTooLarge { client, session, bytes, largest } => {
            tracing::warn!(event = name, client, %session, bytes, largest, "access token larger than tokens.max_bytes");
        }
        Event::IdentityLinked { user, provider, by } => {
            tracing::info!(event = name, %user, provider, by, "identity linked");
        }
        Event::IdentityUnlinked { user, provider } => {
            tracing::info!(event = name, %user, provider, "identity unlinked");
        }
        Event::CodeGuessed { client } => {
            tracing::warn!(event = name, client, "an authorization code was guessed at until it died");
        }
        Event::ClientRefused { client, ip } => {
            tracing::warn!(event = name, client, %ip, "client refused");
        }
        Event::LogoutDelivered { client, session, attempts, lag } => {
            tracing::info!(event = name, client, %session, attempts, ?lag, "client told of a logout");
            metrics::histogram!("vestibule_logout_lag_seconds").record(lag.as_secs_f64());
            count_notice(name, client);
            return;
        }
        Event::LogoutDelayed { client, session, attempts, reason } => {
            tracing::warn!(event = name, client, %session, attempts, reason, "client not told of a logout yet");
            count_notice(name, client);
            return;
        }
        Event::LogoutGivenUp { client, session, attempts, reason } => {
            tracing::error!(event = name, client, %session, attempts, reason, "client never told of a logout");
            count_notice(name, client);
            return;
        }
        Event::AtProvider { provider, what } => {
            log_at_provider(name, provider, what);
            metrics::counter!("vestibule_events_total", "event" => name, "provider" => provider.clone()).increment(1);
            return;
        }
        Event::SigningKeyMade { kid, algorithm, state } => {
            tracing::info!(event = name, %kid, algorithm, state, "signing key made");
        }
        Event::SigningKeyMoved { kid, algorithm, state } => {
            tracing::info!(event = name, %kid, algorithm, state, "signing key came into another state");
        }
        Event::SigningKeyRevoked { kid, algorithm } => {
            tracing::warn!(event = name, %kid, algorithm, "signing key revoked");
        }
    }
    metrics::counter!("vestibule_events_total", "event" => name).increment(1);
}

fn count_notice(event: &'static str, client: &str) {
    metrics::counter!("vestibule_events_total", "event" => event, "client" => client.to_owned()).increment(1);
}

fn log_at_provider(name: &'static str, provider: &str, what: &AtProvider) {
    match what {
        AtProvider::TokenRefreshed => tracing::info!(event = name, %provider, "provider token refreshed"),
        AtProvider::TokenNotRefreshed { identity, reason } => {
            tracing::warn!(event = name, %provider, %identity, reason, "provider token not refreshed");
        }
        AtProvider::LinkBroken { identity, reason } => {
            tracing::warn!(event = name, %provider, %identity, reason, "provider tokens dropped; a login there is needed");
        }
        AtProvider::TokensRevoked => tracing::info!(event = name, %provider, "provider tokens revoked"),
        AtProvider::TokensNotRevoked { reason, again } => {
            tracing::warn!(event = name, %provider, reason, again, "provider tokens not revoked");
        }
        AtProvider::LogoutTokenTaken { sessions } => {
            tracing::info!(event = name, %provider, sessions, "told of a logout by the provider");
        }
        AtProvider::LogoutTokenRefused { reason } => {
            tracing::warn!(event = name, %provider, ?reason, "logout token refused");
        }
    }
}

fn count_refusal(event: &'static str, provider: &str, code: &'static str) {
    let labels = [("event", event.to_owned()), ("provider", provider.to_owned()), ("code", code.to_owned())];
    metrics::counter!("vestibule_events_total", &labels).increment(1);
}
