//! `vestibule migrate` and `vestibule migrate status`: runs or lists the migrations of the database.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::{context, output};
use crate::base::db::{Db, DbError};
use crate::base::migrate;

#[derive(Subcommand)]
pub enum Verb {
    /// List the migrations and whether each is applied
    Status,
}

/// Runs the missing migrations, or lists all.
pub fn run(verb: Option<&Verb>, files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
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
        Err(error) => output::fail(&error),
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

#[expect(clippy::print_stdout, reason = "the command prints the migrations")]
fn print(lines: &[String]) -> ExitCode {
    for line in lines {
        println!("{line}");
    }
    ExitCode::SUCCESS
}
