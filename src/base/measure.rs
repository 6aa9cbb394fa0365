//! The metrics of the gateway: each name with its description, and a function that records it.
//!
//! `telemetry` installs what collects them. Without it, recording has no effect.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use metrics::{Histogram, Label, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const EVENTS: &str = "vestibule_events_total";
const DATABASE_TIME: &str = "vestibule_db_seconds";
const DATABASE_CONNECTIONS: &str = "vestibule_db_connections";
const HTTP_TIME: &str = "vestibule_http_seconds";
const CONNECTIONS_CLOSED: &str = "vestibule_connections_closed_total";
const BUILD_INFO: &str = "vestibule_build_info";
const REVOCATIONS: &str = "vestibule_revocations";
const FEED_AGE: &str = "vestibule_revocation_feed_age_seconds";
const CLOCK_OFFSET: &str = "vestibule_clock_offset_seconds";
const REVOCATION_LAG: &str = "vestibule_revocation_lag_seconds";
const LOGOUT_NOTICES: &str = "vestibule_logout_notices";
const LOGOUT_LAG: &str = "vestibule_logout_lag_seconds";
const PENDING_LOGINS: &str = "vestibule_pending_logins";

/// Describes every metric to the recorder of this process, and records the version.
pub fn describe() {
    describe_counter!(EVENTS, "What happened: logins, refusals, sessions, keys");
    describe_histogram!(DATABASE_TIME, "Time a connection was held, by piece of work");
    describe_histogram!(HTTP_TIME, "Time to answer a request, by route and status");
    describe_counter!(CONNECTIONS_CLOSED, "Connections that the gateway closed against the client, by cause");
    describe_gauge!(BUILD_INFO, "1, with the version that runs");
    describe_gauge!(DATABASE_CONNECTIONS, "Connections to the database, by whether they are in use");
    describe_gauge!(REVOCATIONS, "Revocations held in memory, by kind");
    describe_gauge!(FEED_AGE, "Time since the revocation feed was read");
    describe_gauge!(CLOCK_OFFSET, "The clock of this replica minus that of the database");
    describe_histogram!(REVOCATION_LAG, "Time from a revocation until it was known here");
    describe_gauge!(LOGOUT_NOTICES, "Logout notices to clients that are not delivered, by state");
    describe_histogram!(LOGOUT_LAG, "Time from a logout until its notice was delivered to a client");
    describe_gauge!(PENDING_LOGINS, "Logins that wait for their user, of all replicas");
    gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Counts an event ([`Event::name`](super::event::Event::name)) with further labels.
pub fn event(name: &'static str, labels: &[(&'static str, &str)]) {
    let further = labels.iter().map(|(label, value)| Label::new(*label, (*value).to_owned()));
    let labels: Vec<Label> = std::iter::once(Label::new("event", name)).chain(further).collect();
    counter!(EVENTS, labels).increment(1);
}

/// Records how long a named piece of work held a connection.
pub fn database_work(name: &'static str, held: Duration) {
    histogram!(DATABASE_TIME, "work" => name).record(held.as_secs_f64());
}

/// Records the number of connections in use, and of idle ones.
pub fn database_connections(busy: u32, idle: u32) {
    gauge!(DATABASE_CONNECTIONS, "state" => "busy").set(busy);
    gauge!(DATABASE_CONNECTIONS, "state" => "idle").set(idle);
}

thread_local! {
    /// The histograms of requests that this thread has used: the recorder looks for one by all its labels.
    static OF_ROUTES: RefCell<HashMap<String, HashMap<(&'static str, u16), Histogram>>> = RefCell::default();
}

/// Records the time to answer a request. `route` is the pattern of the path, never the path itself.
pub fn http_request(route: &str, method: &'static str, status: u16, seconds: f64) {
    OF_ROUTES.with_borrow_mut(|routes| {
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), HashMap::new());
        }
        let Some(of_route) = routes.get_mut(route) else { return };
        let new =
            || histogram!(HTTP_TIME, "route" => route.to_owned(), "method" => method, "status" => status.to_string());
        of_route.entry((method, status)).or_insert_with(new).record(seconds);
    });
}

/// Counts a connection that was closed for a reason that the client may not expect. The causes are a fixed set.
pub fn connection_closed(cause: &'static str) {
    counter!(CONNECTIONS_CLOSED, "cause" => cause).increment(1);
}

/// Records the number of revocations in memory. `kind` is `session` or `jti`.
pub fn revocations(kind: &'static str, number: usize) {
    gauge!(REVOCATIONS, "kind" => kind).set(as_f64(number));
}

/// Records the time since the revocation feed was read.
pub fn revocation_feed_age(age: Duration) {
    gauge!(FEED_AGE).set(age.as_secs_f64());
}

/// Records the clock of this replica minus that of the database.
pub fn clock_offset(offset: TimeDelta) {
    gauge!(CLOCK_OFFSET).set(offset.as_seconds_f64());
}

/// Records the time from a revocation until this replica knew it.
pub fn revocation_lag(lag: Duration) {
    histogram!(REVOCATION_LAG).record(lag.as_secs_f64());
}

/// Records the number of logout notices in a state: `waiting` or `failed`.
pub fn logout_notices(state: &'static str, number: i64) {
    gauge!(LOGOUT_NOTICES, "state" => state).set(as_f64(usize::try_from(number).unwrap_or_default()));
}

/// Records the number of pending logins.
pub fn pending_logins(number: u64) {
    gauge!(PENDING_LOGINS).set(as_f64(usize::try_from(number).unwrap_or_default()));
}

/// Records the time from the end of a session until its notice was delivered.
pub fn logout_lag(lag: Duration) {
    histogram!(LOGOUT_LAG).record(lag.as_secs_f64());
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and these numbers are far below 2^52")]
fn as_f64(number: usize) -> f64 {
    number as f64
}
