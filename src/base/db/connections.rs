//! The pool's connections: how they are opened, and how a broken one is recognised.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::ConnectionManager;

use super::access::{Access, Conn};
use super::address::Address;
use super::error::one_line;
use super::planner;

/// Sets the language of the server's messages to English: diesel does not expose the SQLSTATE, so a deadlock is recognised
/// by its message. Only superusers and roles with the privilege may set it; the block catches the error, which would
/// otherwise appear in the server's log.
const ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
                       EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// Opens connections for the pool, and recognises a broken one without a round trip.
pub(super) struct Manager {
    connect: ConnectionManager<Conn>,
    /// The statements that set the timeouts and the planner settings of a connection.
    pub(super) settings: String,
    /// Explains messages without the password; `None` for an address that the configuration would refuse.
    address: Option<Address>,
}

impl Manager {
    pub(super) fn new(access: &Access) -> Self {
        // Before libpq does it: OpenSSL then registers no cleanup for the exit of the process. A thread that connects at that
        // moment would read freed memory, and the command would end by a signal.
        #[cfg(feature = "bundled-libpq")]
        openssl_sys::init();
        let settings = format!(
            "SET application_name = 'vestibule'; SET statement_timeout = {0}; SET lock_timeout = {0}; \
             SET idle_in_transaction_session_timeout = {0}; {1}",
            access.statement_timeout.as_millis(),
            planner::for_hot_statements(access.batching),
        );
        let url = with_network_timeouts(access.url.expose(), access.acquire_timeout);
        let address = Address::parse(access.url.expose()).ok();
        Self { connect: ConnectionManager::new(url), settings, address }
    }

    /// Connects, and runs the settings and `first` in one round trip.
    pub(super) fn connect_and(&self, first: &str) -> Result<Conn, diesel::r2d2::Error> {
        let mut conn = r2d2::ManageConnection::connect(&self.connect).map_err(|error| self.explained(&error))?;
        let Self { settings, .. } = self;
        conn.batch_execute(&format!("{settings}; {ENGLISH}; {first}"))
            // Without PL/pgSQL or the privilege, messages stay in the server's language: see docs/operating.md.
            .or_else(|_| conn.batch_execute(&format!("{settings}; {first}")))
            .map_err(diesel::r2d2::Error::QueryError)?;
        Ok(conn)
    }

    /// The error of a failed attempt to connect. libpq quotes a part of an address that it cannot read.
    fn explained(&self, error: &diesel::r2d2::Error) -> diesel::r2d2::Error {
        let message = self.address.as_ref().map_or_else(
            || "database.url cannot be read; percent-encode the user name and the password".to_owned(),
            |address| address.explain(&error.to_string()),
        );
        diesel::r2d2::Error::ConnectionError(diesel::ConnectionError::BadConnection(message))
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        self.connect_and("")
    }

    /// Reads the socket only: r2d2's usual check costs a round trip for each checkout, and without a check diesel 2.3 keeps
    /// broken connections in the pool. Reads twice, because the first read may return the server's last message.
    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        for _ in 0..2 {
            if let Some(Err(error)) = conn.notifications_iter().next() {
                return Err(diesel::r2d2::Error::QueryError(error));
            }
        }
        Ok(())
    }

    /// Does not read the socket: the next checkout does.
    fn has_broken(&self, conn: &mut Conn) -> bool {
        self.connect.has_broken(conn)
    }
}

/// Adds timeouts that the operator did not set: by default libpq waits for minutes if packets are dropped.
fn with_network_timeouts(url: &str, connect: Duration) -> String {
    let seconds = connect.as_secs().max(2); // libpq rounds 1 up to 2
    let defaults = [
        ("connect_timeout", seconds.to_string()),
        ("keepalives_idle", "30".into()),
        ("tcp_user_timeout", "10000".into()),
    ];
    let is_uri = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let missing = defaults.iter().filter(|(key, _)| !url.contains(&format!("{key}=")));
    missing.fold(url.to_owned(), |full, (key, value)| {
        let joint = match (is_uri, full.contains('?')) {
            (true, false) => '?',
            (true, true) => '&',
            (false, _) => ' ',
        };
        format!("{full}{joint}{key}={value}")
    })
}

/// Logs failed connection attempts of r2d2, without the password.
///
/// r2d2 makes several attempts at once, which fail together for the same reason: they are logged once.
#[derive(Debug, Default)]
pub(super) struct Reporter(Mutex<LastFailure>);

/// The failure that was logged last, and when.
#[derive(Debug, Default)]
struct LastFailure(Option<(Instant, String)>);

impl LastFailure {
    /// Failures within this time are one failure. Shorter than r2d2's pause between two rounds of attempts.
    const SAME_ROUND: Duration = Duration::from_millis(100);

    /// Whether to log this failure; if so it is stored as logged.
    fn is_new(&mut self, error: &str, now: Instant) -> bool {
        let is_same = |(at, last): &(Instant, String)| now.duration_since(*at) < Self::SAME_ROUND && last == error;
        let is_new = !self.0.as_ref().is_some_and(is_same);
        if is_new {
            self.0 = Some((now, error.to_owned()));
        }
        is_new
    }
}

impl r2d2::HandleError<diesel::r2d2::Error> for Reporter {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        let error = one_line(&error);
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).is_new(&error, Instant::now()) {
            tracing::warn!(error, "cannot connect to the database");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_that_fail_together_are_logged_once() {
        let (mut last, start) = (LastFailure::default(), Instant::now());
        let mut news = |error: &str, milliseconds| last.is_new(error, start + Duration::from_millis(milliseconds));
        assert!(news("refused", 0) && !news("refused", 3) && !news("refused", 99));
        assert!(news("starting up", 99), "another reason");
        assert!(news("refused", 100) && news("refused", 300));
    }

    #[test]
    fn network_timeouts_fit_both_forms_of_a_url() {
        let filled = |url| with_network_timeouts(url, Duration::from_secs(2));
        assert_eq!(
            filled("postgres://h/db"),
            "postgres://h/db?connect_timeout=2&keepalives_idle=30&tcp_user_timeout=10000"
        );
        assert_eq!(
            filled("postgres://h/db?connect_timeout=9"),
            "postgres://h/db?connect_timeout=9&keepalives_idle=30&tcp_user_timeout=10000"
        );
        assert_eq!(filled("host=h"), "host=h connect_timeout=2 keepalives_idle=30 tcp_user_timeout=10000");
    }
}
