//! `vestibule logouts list`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::opened::{self, Opened};
use super::users::shown;
use crate::logout::{self, Undelivered};

#[derive(Subcommand)]
pub enum Verb {
    /// List the notices that apps have not got, newest first: those that are tried again, and those that were given up
    List {
        /// How many at the most
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// As JSON, for machines
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let Verb::List { limit, json } = verb;
    opened::with(files, async |opened| list(opened, *limit, *json).await)
}

async fn list(opened: &Opened, limit: i64, json: bool) -> Result<String, String> {
    let notices = logout::undelivered(&opened.db, limit).await.map_err(|error| error.to_string())?;
    if json {
        return serde_json::to_string_pretty(&notices).map(|text| text + "\n").map_err(|error| error.to_string());
    }
    Ok(notices.iter().fold(String::new(), |mut text, notice| {
        let _always_written = writeln!(text, "{}", line(notice));
        text
    }))
}

fn line(notice: &Undelivered) -> String {
    let Undelivered { client, sid, sub, created_at, attempts, next_attempt_at, failed_at, last_error, .. } = notice;
    let state = match (failed_at, next_attempt_at) {
        (Some(at), _) => format!("given up {}", shown(*at)),
        (None, Some(at)) => format!("next {}", shown(*at)),
        (None, None) => String::new(),
    };
    let error = last_error.as_deref().map(|error| format!("  {error}")).unwrap_or_default();
    format!("{client}  session {sid}  user {sub}  ended {}  attempts {attempts}  {state}{error}", shown(*created_at))
}
