//! Logs and metrics of events, and the back ends of both.

use std::io::IsTerminal;
use std::net::IpAddr;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::base::event::{AtClient, AtProvider, Event};
use crate::base::id::SessionId;
use crate::base::measure;
use crate::config::{Log, LogFormat};

/// The upper bounds of the histogram buckets, in seconds, for every measured duration.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Starts logging to standard error as configured. Further calls in one process have no effect.
pub fn start_log(log: &Log) {
    // Below these levels libraries may log request bodies and headers, which contain codes and tokens. The dispatcher logs an
    // error for each request that it cannot parse; the server counts them instead.
    let quiet = "hyper=info,hyper_util=info,reqwest=info,rustls=info,h2=info,actix_http=info,mio=info,actix_server=warn,\
                 actix_http::h1::dispatcher=off";
    let filter = EnvFilter::try_new(format!("{},{quiet}", log.level)).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        // If standard error is closed, the internal error would be written to it, and that would panic (FI-18).
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _already_started = match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
    };
}

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// All metrics in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Adds measured values to their buckets. To be called at intervals, so that values do not accumulate in memory.
    pub fn run_upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Installs the recorder of metrics. Further calls in one process return the same recorder.
pub fn start_metrics() -> Option<Metrics> {
    static METRICS: OnceLock<Option<Metrics>> = OnceLock::new();
    METRICS.get_or_init(install_recorder).clone()
}

fn install_recorder() -> Option<Metrics> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS).ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    measure::describe();
    Some(Metrics(handle))
}

/// Counts an event that has no label but its name, and does not log it.
pub fn count(event: &Event) {
    measure::event(event.name(), &[]);
}

/// Logs and counts an event.
pub fn record(event: &Event) {
    let name = event.name();
    match event {
        Event::LoginBegan { .. }
        | Event::LoginCompleted { .. }
        | Event::LoginNotBegun { .. }
        | Event::LoginFailed { .. }
        | Event::ClaimsReduced { .. }
        | Event::CallbackRefused { .. }
        | Event::ExchangeUnbound { .. } => return record_login(name, event),
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
        Event::RefreshRepeatedElsewhere { session, ip, recorded } => log_repetition(name, session, ip, *recorded),
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
        Event::IdentityRemovalRequested { user, provider } => {
            tracing::info!(event = name, %user, provider, "identity will be unlinked in seven days");
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
            measure::logout_lag(*lag);
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
            measure::event(name, &[("provider", provider)]);
            return;
        }
        Event::AtClient { client, what } => {
            log_at_client(name, client, *what);
            measure::event(name, &[("client", client)]);
            return;
        }
        Event::SigningKeyCreated { kid, algorithm, state } => {
            tracing::info!(event = name, %kid, algorithm, state, "signing key made");
        }
        Event::SigningKeyStateChanged { kid, algorithm, state } => {
            tracing::info!(event = name, %kid, algorithm, state, "signing key came into another state");
        }
        Event::SigningKeyRevoked { kid, algorithm } => {
            tracing::warn!(event = name, %kid, algorithm, "signing key revoked");
        }
    }
    measure::event(name, &[]);
}

fn log_unbound(name: &'static str, origin: Option<&str>) {
    if let Some(origin) = origin {
        tracing::warn!(
            event = name,
            origin,
            "a frontend exchanges its code without the binding cookie, so that a leaked code and state suffice; let it fetch \
             /oauth2/url/ and /oauth2/token/ with credentials: 'include', or send code_challenge"
        );
    }
}

fn log_repetition(name: &'static str, session: &SessionId, ip: &IpAddr, recorded: bool) {
    if recorded {
        tracing::warn!(event = name, %session, %ip, "a refresh was repeated from another network or user agent");
    }
}

/// Logs and counts an event of a login.
fn record_login(name: &'static str, event: &Event) {
    match event {
        Event::LoginBegan { provider, reference } => {
            tracing::info!(event = name, %provider, %reference, "login began");
            measure::event(name, &[("provider", provider)]);
        }
        Event::LoginCompleted { provider, user, session, reference, new_user } => {
            tracing::info!(event = name, %provider, %user, %session, %reference, new_user, "login completed");
            measure::event(name, &[("provider", provider)]);
        }
        Event::LoginNotBegun { provider, code, reason, reference } => {
            tracing::warn!(event = name, %provider, code, ?reason, %reference, "cannot begin a login");
            count_refusal(name, provider, code);
        }
        Event::LoginFailed { provider, code, reason, reference } => {
            tracing::warn!(event = name, %provider, code, ?reason, %reference, "login failed");
            count_refusal(name, provider, code);
        }
        Event::ClaimsReduced { provider, reference, losses } => {
            tracing::warn!(event = name, %provider, %reference, %losses, "claims were not taken as sent");
            measure::event(name, &[("provider", provider)]);
        }
        Event::CallbackRefused { provider, code } => {
            tracing::warn!(event = name, %provider, code, "callback refused");
            count_refusal(name, provider, code);
        }
        Event::ExchangeUnbound { origin } => {
            log_unbound(name, origin.as_deref());
            measure::event(name, &[]);
        }
        _ => {}
    }
}

fn count_notice(event: &'static str, client: &str) {
    measure::event(event, &[("client", client)]);
}

fn log_at_client(name: &'static str, client: &str, what: AtClient) {
    match what {
        AtClient::AssertionNamesEndpoint => tracing::info!(
            event = name,
            client,
            "the client's assertions have an endpoint or a list as aud; where it can send the issuer alone, set its \
             assertion_audience = \"issuer\""
        ),
        AtClient::NeitherPkceNorNonce => tracing::warn!(
            event = name,
            client,
            "an authorization request of the client has neither code_challenge (PKCE) nor nonce, so a stolen code can be \
             injected into another login; let it send one, and set require_pkce = true"
        ),
    }
}

fn log_at_provider(name: &'static str, provider: &str, what: &AtProvider) {
    match what {
        AtProvider::EmailLeftOut => tracing::warn!(
            event = name,
            %provider,
            "access tokens lack email: the provider does not say whether addresses are verified; if it verifies all of \
             them, set its email_verified = \"assume\""
        ),
        AtProvider::IssuerChanged { reason } => {
            tracing::error!(event = name, %provider, reason, "the provider is not used: its issuer has changed");
        }
        AtProvider::IssuerAccepted => tracing::info!(event = name, %provider, "the provider is used again"),
        AtProvider::ProviderMoved => tracing::info!(event = name, %provider, "identities assigned to another issuer"),
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
    measure::event(event, &[("provider", provider), ("code", code)]);
}
