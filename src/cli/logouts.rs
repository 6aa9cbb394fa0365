//! `vestibule logouts list`: prints the logout notices that apps have not received.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::context::{self, Context};
use super::format::{as_json, timestamp};
use crate::logout::{self, Undelivered};

#[derive(Subcommand)]
pub enum Verb {
    /// List the notices that apps have not received, newest first: those that are retried, and those that failed
    List {
        /// Maximum number of rows
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command. The exit code is 0, 1 for a failure, or 2 for an invalid configuration.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let Verb::List { limit, json } = verb;
    context::with_context(files, async |context| list(context, *limit, *json).await)
}

async fn list(context: &Context, limit: i64, json: bool) -> Result<String, String> {
    let notices = logout::undelivered(&context.db, limit).await.map_err(|error| error.to_string())?;
    if json {
        return as_json(&notices);
    }
    Ok(notices.iter().fold(String::new(), |mut text, notice| {
        let _always_written = writeln!(text, "{}", line(notice));
        text
    }))
}

fn line(notice: &Undelivered) -> String {
    let Undelivered { client, sid, sub, created_at, attempts, next_attempt_at, failed_at, last_error, .. } = notice;
    let state = match (failed_at, next_attempt_at) {
        (Some(at), _) => format!("given up {}", timestamp(*at)),
        (None, Some(at)) => format!("next {}", timestamp(*at)),
        (None, None) => String::new(),
    };
    let error = last_error.as_deref().map(|error| format!("  {error}")).unwrap_or_default();
    format!(
        "{client}  session {sid}  user {sub}  ended {}  attempts {attempts}  {state}{error}",
        timestamp(*created_at)
    )
}
