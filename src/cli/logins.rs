//! `vestibule logins show REFERENCE`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::opened;
use crate::base::db::Db;
use crate::login::{self, Report};

#[derive(Subcommand)]
pub enum Verb {
    /// Show one login's steps and outcome; there is no secret in it
    Show {
        /// What the error page showed
        reference: String,
        /// As JSON, for machines
        #[arg(long)]
        json: bool,
    },
}

/// Shows what is on record of a login.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let Verb::Show { reference, json } = verb;
    let config = match opened::config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let db = Db::open(&config.database.access);
    let report = match opened::wait_for(login::report(&db, reference)) {
        Ok(report) => report,
        Err(code) => return code,
    };
    match report {
        Ok(Some(report)) => print(&report, *json),
        Ok(None) => opened::failed(&format_args!(
            "no login has the reference {reference}; where it is a request's id, look for it in the log"
        )),
        Err(error) => opened::failed(&error),
    }
}

#[expect(clippy::print_stdout, reason = "this is what the verb is for")]
fn print(report: &Report, json: bool) -> ExitCode {
    if json {
        println!("{}", serde_json::to_string_pretty(report).unwrap_or_default());
        return ExitCode::SUCCESS;
    }
    let failure = report.failure.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
    println!("login     {}", report.reference);
    println!("status    {}{failure}", report.status);
    println!("provider  {}, at the {} door", report.provider, report.door);
    println!("from      {}", report.ip.map(|ip| ip.to_string()).unwrap_or_default());
    println!("with      {:?}", report.user_agent.as_deref().unwrap_or("no user agent"));
    println!("expires   {}", report.expires_at);
    if let Some(session) = report.session {
        println!("session   {session}");
    }
    for step in &report.steps.0 {
        let detail = step.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
        println!("{}  {}{detail}", step.at.format("%Y-%m-%dT%H:%M:%S%.3fZ"), step.step);
    }
    ExitCode::SUCCESS
}
