//! `vestibule migrate`, `vestibule migrate status`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::opened;
use crate::base::db::{Db, DbError};
use crate::base::migrate;

#[derive(Subcommand)]
pub enum Verb {
    /// List the migrations and whether the database has them
    Status,
}

/// Runs the migrations that are missing, or lists them.
pub fn run(verb: Option<&Verb>, files: &[PathBuf]) -> ExitCode {
    let config = match opened::config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let db = Db::open(&config.database.access);
    let lines = match verb {
        None => ran(&db),
        Some(Verb::Status) => listed(&db),
    };
    match lines {
        Ok(lines) => print(&lines),
        Err(error) => opened::failed(&error),
    }
}

fn ran(db: &Db) -> Result<Vec<String>, DbError> {
    let ran = migrate::migrate(db)?;
    if ran.is_empty() {
        return Ok(vec!["The schema is up to date.".to_owned()]);
    }
    Ok(ran.into_iter().map(|name| format!("ran {name}")).collect())
}

fn listed(db: &Db) -> Result<Vec<String>, DbError> {
    let line = |step: migrate::Step| format!("{}  {}", if step.applied { "applied" } else { "pending" }, step.name);
    Ok(migrate::status(db)?.into_iter().map(line).collect())
}

#[expect(clippy::print_stdout, reason = "this is what the verb is for")]
fn print(lines: &[String]) -> ExitCode {
    for line in lines {
        println!("{line}");
    }
    ExitCode::SUCCESS
}
