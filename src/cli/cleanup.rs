//! `vestibule cleanup`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::opened;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::jobs::Cleanup;
use crate::session::{Endings, Lifetime};

/// Does one whole pass and says what it did.
pub fn run(files: &[PathBuf]) -> ExitCode {
    let config = match opened::config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let endings = Endings::new(lifetime, &config.clients);
    let mut cleanup = Cleanup::new(&Db::open(&config.database.access), &config, &endings).whole();
    let cleaned = match opened::wait_for(cleanup.pass(Clock::system().now())) {
        Ok(Ok(cleaned)) => cleaned,
        Ok(Err(error)) => return opened::failed(&error),
        Err(code) => return code,
    };
    if cleaned.interrupted {
        opened::complain(&"Another replica is cleaning up at this moment, so this pass stopped.");
    }
    opened::say(&format!(
        "sessions ended     {}\nsessions deleted   {}\nlogins deleted     {}\nrevocations past   {}\nnotices given up   {}\nnotices deleted    {}\naudit rows past    {}\n",
        cleaned.ended_sessions,
        cleaned.sessions,
        cleaned.logins,
        cleaned.revocations,
        cleaned.notices_given_up,
        cleaned.notices,
        cleaned.audit_events,
    ))
}
