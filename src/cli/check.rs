//! `vestibule config check`: validates the configuration, and with `--probe` sends test requests to its providers.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::notices::notices;
use super::{context, output};
use crate::base::clock::Clock;
use crate::base::db::{Db, DbError};
use crate::base::outbound::Outbound;
use crate::config::{self, Config, Place, Problems, Registration};
use crate::pages;
use crate::upstream::{self, Check, Finding, KnownIssuer, ProbeOutcome, issuer_changed};
use crate::web::Refusal;

/// The exit code if a provider fails its probe.
const PROVIDER_FAILS: u8 = 1;

/// The arguments of `vestibule config check`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Also test each provider: reachable, issuer, keys, algorithms, PKCE, clock; whether it accepts the client secret, by
    /// redeeming an invalid code; whether it knows the redirect URI, by a request with prompt=none; and, if the
    /// database can be reached, whether stored identities are of its issuer; exit 1 if one fails
    #[arg(long)]
    probe: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the check. The exit code is 0, 1 if a provider fails its probe, or 2 for an invalid configuration.
pub fn run(arguments: &Arguments, files: &[PathBuf]) -> ExitCode {
    let loaded = match config::load(files) {
        Ok(loaded) => loaded,
        Err(problems) if arguments.json => return print_problems(&problems),
        Err(problems) => return output::reject_configuration(&problems),
    };
    let warnings = config::warnings(&loaded);
    let config = loaded.into_config();
    if let Err(found) = pages::check(&config, &Refusal::messages()) {
        let problems = page_problems(found);
        return if arguments.json { print_problems(&problems) } else { output::reject_configuration(&problems) };
    }
    let (issuer, notices) = (config.server.public_url.issuer().to_owned(), notices(&config));
    let summary = summary(&config, &notices, &warnings);
    let warnings: Vec<_> = warnings.iter().map(as_json).collect();
    if !arguments.probe {
        let providers: Vec<_> = config.providers.iter().map(|provider| named(provider.registration())).collect();
        let report = json!({
            "good": true, "issuer": issuer, "notices": notices, "warnings": warnings, "providers": providers,
        });
        let text =
            if arguments.json { format!("{report:#}\n") } else { format!("The configuration is valid. {summary}") };
        return output::print(&text);
    }
    let probed = match context::wait_for(probe_all(config)) {
        Ok(Ok(probed)) => probed,
        Ok(Err(error)) => return output::fail(&error),
        Err(code) => return code,
    };
    let good = probed.iter().all(Probed::is_good);
    let printed = output::print(&if arguments.json {
        let providers: Vec<_> = probed.iter().map(Probed::json).collect();
        let report = json!({
            "good": good, "issuer": issuer, "notices": notices, "warnings": warnings, "providers": providers,
        });
        format!("{report:#}\n")
    } else {
        let head =
            if good { "The configuration is valid." } else { "The configuration is valid, but a provider failed." };
        let each: String = probed.iter().map(Probed::text).collect();
        format!("{head} {summary}{each}\n{}\n", failed_line(&probed))
    });
    if good { printed } else { ExitCode::from(PROVIDER_FAILS) }
}

/// The problems of templates and messages.
fn page_problems(found: Vec<String>) -> Problems {
    let problem = |what| config::Problem {
        place: Place::NoFile,
        key: "pages".to_owned(),
        what,
        remedy: "compare with the files that `vestibule pages export` writes".to_owned(),
        excerpt: None,
    };
    Problems::new(found.into_iter().map(problem).collect())
}

/// Prints all problems of a configuration as JSON.
pub fn print_problems(problems: &Problems) -> ExitCode {
    let all: Vec<_> = problems.iter().map(as_json).collect();
    let _printed = output::print(&format!("{:#}\n", json!({ "good": false, "problems": all })));
    output::invalid_configuration()
}

fn as_json(problem: &config::Problem) -> Value {
    let mut json = json!({ "place": problem.place.to_string(), "key": problem.key, "what": problem.what, "remedy": problem.remedy });
    if let (Some(excerpt), Value::Object(members)) = (&problem.excerpt, &mut json) {
        members.insert("excerpt".to_owned(), json!(excerpt.to_string()));
    }
    json
}

fn summary(config: &Config, notices: &[String], warnings: &Problems) -> String {
    let ids: Vec<_> = config.providers.iter().map(|provider| provider.registration().id.as_str()).collect();
    let providers = match ids.as_slice() {
        [] => String::new(),
        [id] => format!(" Provider: {id}."),
        ids => format!(" Providers: {}.", ids.join(", ")),
    };
    let mut text = format!("Issuer: {}.{providers}\n", config.server.public_url.issuer());
    for notice in notices {
        let _always_written = writeln!(text, "Notice: {notice}");
    }
    for warning in warnings.iter() {
        let _always_written = writeln!(text, "Warning: {warning}.");
    }
    text
}

fn named(registration: &Registration) -> Value {
    json!({ "id": registration.id, "name": registration.name })
}

/// The last line: how many providers failed, and which.
fn failed_line(probed: &[Probed]) -> String {
    let failed: Vec<_> = probed.iter().filter(|probed| !probed.is_good()).map(|probed| probed.id.as_str()).collect();
    let all = match probed.len() {
        1 => "1 provider".to_owned(),
        many => format!("{many} providers"),
    };
    if failed.is_empty() {
        format!("None of {all} failed.")
    } else {
        format!("{} of {all} failed: {}.", failed.len(), failed.join(", "))
    }
}

/// A provider with the results of its probe.
struct Probed {
    id: String,
    name: String,
    findings: Vec<Finding>,
}

impl Probed {
    fn is_good(&self) -> bool {
        self.findings.iter().all(|finding| finding.outcome != ProbeOutcome::Failed)
    }

    fn text(&self) -> String {
        let mut text = format!("\n{} ({})\n", self.id, self.name);
        for Finding { check, outcome, text: explanation } in &self.findings {
            let _always_written = writeln!(text, "  {:<8} {:<14} {explanation}", outcome.name(), check.name());
        }
        text
    }

    fn json(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "good": self.is_good(), "findings": self.findings })
    }
}

/// Probes all providers in parallel, so that a slow one does not delay the others. The result is in configured order.
async fn probe_all(config: Config) -> Result<Vec<Probed>, String> {
    let outbound = Outbound::through(config.outbound.clone()).map_err(|error| error.to_string())?;
    let clock = Clock::system();
    let stored = tokio::spawn(stored_issuers(Db::open(&config.database.access()), &config));
    let issuers: Vec<_> = config.providers.iter().map(config::Provider::identity_issuer).collect();
    let mut tasks = JoinSet::new();
    for (place, provider) in config.providers.into_iter().enumerate() {
        let registration = provider.registration();
        let (id, name) = (registration.id.clone(), registration.name.clone());
        let callback = registration.redirect_uri.as_ref().map(ToString::to_string);
        let public_url = &config.server.public_url;
        let callback = callback.unwrap_or_else(|| public_url.callback(&id));
        let addresses = upstream::Addresses { callback, logout_callback: public_url.logout_callback(&id) };
        let (outbound, clock) = (outbound.clone(), clock.clone());
        tasks.spawn(async move {
            let findings = upstream::probe(provider, &addresses, &outbound, &clock).await;
            (place, Probed { id, name, findings })
        });
    }
    let mut probed: Vec<_> = tasks.join_all().await;
    probed.sort_by_key(|(place, _)| *place);
    let stored = stored.await.map_err(|error| error.to_string())?;
    for ((_, probed), issuer) in probed.iter_mut().zip(&issuers) {
        probed.findings.push(identities_found(&probed.id, issuer, &stored));
    }
    Ok(probed.into_iter().map(|(_, probed)| probed).collect())
}

/// The issuers of the stored identities.
fn stored_issuers(db: Db, config: &Config) -> impl Future<Output = Result<Vec<KnownIssuer>, DbError>> + use<> {
    let ids: Vec<_> = config.providers.iter().map(|provider| provider.registration().id.clone()).collect();
    async move { db.run("read issuers", move |conn| upstream::stored_issuers(conn, &ids)).await }
}

fn identities_found(id: &str, configured: &str, stored: &Result<Vec<KnownIssuer>, DbError>) -> Finding {
    match stored {
        // A new database, before the first start.
        Err(error) if error.is_without_tables() => Finding::note(
            Check::Identities,
            "no identity is stored: the database has no tables yet; the first start, or `vestibule migrate`, creates them",
        ),
        Err(error) => {
            let unknown = "the issuer of the stored identities is unknown, as the database gave no answer";
            Finding::note(Check::Identities, format!("{unknown}: {error}"))
        }
        Ok(stored) => match stored.iter().find(|stored| stored.id == id) {
            None => Finding::good(Check::Identities, "no identity of another issuer is stored"),
            Some(stored) if stored.issuer == configured => {
                Finding::good(Check::Identities, "the stored identities are of this issuer")
            }
            Some(stored) => Finding::failed(Check::Identities, issuer_changed(id, configured, &stored.issuer)),
        },
    }
}
