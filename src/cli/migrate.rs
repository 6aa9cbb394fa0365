//! `vestibule migrate` and `vestibule migrate status`: runs or lists the migrations of the database.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{context, output};
use crate::base::db::{Db, DbError};
use crate::base::migrate;

#[derive(Subcommand)]
pub enum Verb {
    /// List the migrations and whether each is applied, oldest first
    Status {
        /// Maximum number of rows: the newest
        #[arg(long, default_value_t = 1000)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the missing migrations, or lists all.
pub fn run(verb: Option<&Verb>, files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let db = Db::open(&config.database.access());
    let text = match verb {
        None => ran(&db, config.database.connect_timeout).map(|lines| lines.join("\n") + "\n"),
        Some(Verb::Status { limit, json }) => listed(&db, *limit, *json),
    };
    match text {
        Ok(text) => output::print(&text),
        Err(error) => output::fail(&error),
    }
}

/// Waits for the database as the start of the gateway does: the job may start beside it.
fn ran(db: &Db, wait: Duration) -> Result<Vec<String>, DbError> {
    db.wait_until_available(wait, |error| {
        let seconds = wait.as_secs();
        output::print_error(&format_args!(
            "the database is not available yet: {error}; waiting up to {seconds} s (database.connect_timeout)"
        ));
    })?;
    let ran = migrate::migrate(db)?;
    if ran.is_empty() {
        return Ok(vec!["The schema is up to date.".to_owned()]);
    }
    Ok(ran.into_iter().map(|name| format!("ran {name}")).collect())
}

fn listed(db: &Db, limit: usize, json: bool) -> Result<String, DbError> {
    let mut steps = migrate::status(db)?;
    let newest = steps.split_off(steps.len().saturating_sub(limit));
    if json {
        let view = |step: &migrate::Step| json!({ "name": step.name, "applied": step.applied });
        return Ok(format!("{:#}\n", Value::Array(newest.iter().map(view).collect())));
    }
    let line = |step: &migrate::Step| format!("{}  {}\n", if step.applied { "applied" } else { "pending" }, step.name);
    Ok(newest.iter().map(line).collect())
}
