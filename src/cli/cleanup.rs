//! `vestibule cleanup`: deletes expired rows once.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{context, output};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::jobs::Cleanup;
use crate::session::{Endings, Lifetime};

/// Runs one whole pass, and prints how many rows it changed.
pub fn run(files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let endings = Endings::new(lifetime, &config.clients);
    let mut cleanup = Cleanup::new(&Db::open(&config.database.access()), &config, &endings).whole();
    let cleaned = match context::wait_for(cleanup.pass(Clock::system().now())) {
        Ok(Ok(cleaned)) => cleaned,
        Ok(Err(error)) => return output::fail(&error),
        Err(code) => return code,
    };
    if cleaned.interrupted {
        output::print_error(&"Another replica is running cleanup, so this pass stopped.");
    }
    output::print(&format!(
        "sessions ended     {}\nidentities removed {}\nsessions deleted   {}\nlogins deleted     {}\nrevocations past   {}\nnotices given up   {}\nnotices deleted    {}\naudit rows past    {}\n",
        cleaned.ended_sessions,
        cleaned.identities,
        cleaned.sessions,
        cleaned.logins,
        cleaned.revocations,
        cleaned.notices_given_up,
        cleaned.notices,
        cleaned.audit_events,
    ))
}
