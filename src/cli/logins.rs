//! `vestibule logins show REFERENCE`: prints the recorded steps of a login.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::{context, output};
use crate::base::db::Db;
use crate::login::{self, Report};

#[derive(Subcommand)]
pub enum Verb {
    /// Show the steps and the outcome of a login, without secrets
    Show {
        /// The reference from the error page
        reference: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Prints the record of a login.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let Verb::Show { reference, json } = verb;
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let db = Db::open(&config.database.access());
    let report = match context::wait_for(login::report(&db, reference)) {
        Ok(report) => report,
        Err(code) => return code,
    };
    match report {
        Ok(Some(report)) => print(&report, *json),
        Ok(None) => output::fail(&format_args!(
            "no login has the reference {reference}; if it is a request id, search for it in the log"
        )),
        Err(error) => output::fail(&error),
    }
}

#[expect(clippy::print_stdout, reason = "the command prints the record")]
fn print(report: &Report, json: bool) -> ExitCode {
    if json {
        println!("{}", serde_json::to_string_pretty(report).unwrap_or_default());
        return ExitCode::SUCCESS;
    }
    let failure = report.failure.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
    println!("login     {}", report.reference);
    println!("status    {}{failure}", report.status);
    println!("provider  {}, {} flow", report.provider, report.flow);
    if let Some(ip) = report.ip {
        println!("from      {ip}");
    }
    if let Some(user_agent) = &report.user_agent {
        println!("with      {user_agent:?}");
    }
    println!("expires   {}", report.expires_at);
    if let Some(session) = report.session {
        println!("session   {session}");
    }
    for step in &report.steps.0 {
        let detail = step.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
        println!("{}  {}{detail}", step.at.format("%Y-%m-%dT%H:%M:%S%.3fZ"), step.name);
    }
    ExitCode::SUCCESS
}
