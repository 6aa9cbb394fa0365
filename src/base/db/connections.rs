//! The pool's connections: how they are made, and how a dead one is known.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::ConnectionManager;

use super::access::Access;
use super::error::one_line;
use super::executor::Conn;

/// diesel keeps the SQLSTATE to itself and tells a deadlock from other errors by nothing but the server's words, so
/// they must be English. Only superusers and roles with that privilege may say so; a block that catches the refusal keeps
/// it out of the server's log.
const ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
                       EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// Makes connections for the pool, and knows a dead one without asking the server.
pub(super) struct Manager {
    connect: ConnectionManager<Conn>,
    /// The statement that gives a connection its timeouts.
    pub(super) settings: String,
}

impl Manager {
    pub(super) fn new(access: &Access) -> Self {
        let settings = format!(
            "SET application_name = 'vestibule'; SET statement_timeout = {0}; SET lock_timeout = {0}; \
             SET idle_in_transaction_session_timeout = {0}",
            access.statement_timeout.as_millis(),
        );
        let url = with_network_timeouts(access.url.expose(), access.acquire_timeout);
        Self { connect: ConnectionManager::new(url), settings }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut conn = self.connect.connect()?;
        conn.batch_execute(&self.settings).map_err(diesel::r2d2::Error::QueryError)?;
        // Where it may not, the words of the server's own language do: see docs/operating.md.
        let _english_or_not = conn.batch_execute(ENGLISH);
        Ok(conn)
    }

    /// Looks at the socket only: r2d2's usual check costs a round trip for each checkout, and without any check diesel
    /// 2.3 keeps dead connections for ever. Twice, since the first look may find the server's goodbye message.
    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        for _ in 0..2 {
            if let Some(Err(error)) = conn.notifications_iter().next() {
                return Err(diesel::r2d2::Error::QueryError(error));
            }
        }
        Ok(())
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        self.connect.has_broken(conn) || self.is_valid(conn).is_err()
    }
}

/// Without these, libpq waits for minutes where a packet filter swallows packets. What the operator wrote wins.
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

/// r2d2 reports failed connection attempts here; the password stays out of its messages.
///
/// It makes several attempts at once, which fail for the same reason in the same moment: one line is enough.
#[derive(Debug, Default)]
pub(super) struct Reporter(Mutex<Told>);

/// What was logged last, and when.
#[derive(Debug, Default)]
struct Told(Option<(Instant, String)>);

impl Told {
    /// Shorter than the pause between two attempts.
    const SAME_MOMENT: Duration = Duration::from_millis(100);

    /// Whether it is worth a line now; then it counts as logged.
    fn is_news(&mut self, error: &str, now: Instant) -> bool {
        let is_same = |(at, told): &(Instant, String)| now.duration_since(*at) < Self::SAME_MOMENT && told == error;
        let is_news = !self.0.as_ref().is_some_and(is_same);
        if is_news {
            self.0 = Some((now, error.to_owned()));
        }
        is_news
    }
}

impl r2d2::HandleError<diesel::r2d2::Error> for Reporter {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        let error = one_line(&error);
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).is_news(&error, Instant::now()) {
            tracing::warn!(error, "cannot connect to the database");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_that_fail_together_are_one_line() {
        let (mut told, start) = (Told::default(), Instant::now());
        let mut news = |error: &str, milliseconds| told.is_news(error, start + Duration::from_millis(milliseconds));
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
