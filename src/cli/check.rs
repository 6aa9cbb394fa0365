//! `vestibule config check`: the configuration judged, and with `--probe` its providers asked.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::opened;
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config::{self, Config, Oidc, Problems, Provider};
use crate::upstream::{self, Finding, Verdict};

/// The exit code where a provider fails.
const PROVIDER_FAILS: u8 = 1;

/// How it is checked.
#[derive(clap::Args)]
pub struct Arguments {
    /// Ask each provider too: reachable, issuer, keys, algorithms, PKCE, clock, and whether it takes the client secret,
    /// by redeeming a junk code; exit 1 where one fails. Needs no database
    #[arg(long)]
    probe: bool,
    /// As JSON, for machines
    #[arg(long)]
    json: bool,
}

/// Checks. The exit code is 0, 1 where a provider fails its probe, or 2 for a wrong configuration.
pub fn run(arguments: &Arguments, files: &[PathBuf]) -> ExitCode {
    let config = match config::load(files) {
        Ok(loaded) => loaded.into_config(),
        Err(problems) if arguments.json => return refuse(&problems),
        Err(problems) => return opened::refuse(&problems),
    };
    let (issuer, summary, notices) = (config.server.public_url.issuer().to_owned(), summary(&config), notices(&config));
    if !arguments.probe {
        let told = json!({ "good": true, "issuer": issuer, "notices": notices });
        return opened::say(&if arguments.json { format!("{told:#}\n") } else { summary });
    }
    let probed = match opened::wait_for(ask(config)) {
        Ok(Ok(probed)) => probed,
        Ok(Err(error)) => return opened::failed(&error),
        Err(code) => return code,
    };
    let good = probed.iter().all(Probed::is_good);
    let said = opened::say(&if arguments.json {
        let providers: Vec<_> = probed.iter().map(Probed::json).collect();
        format!("{:#}\n", json!({ "good": good, "issuer": issuer, "notices": notices, "providers": providers }))
    } else {
        summary + &probed.iter().map(Probed::text).collect::<String>()
    });
    if good { said } else { ExitCode::from(PROVIDER_FAILS) }
}

fn refuse(problems: &Problems) -> ExitCode {
    let shown = |problem: &config::Problem| {
        json!({
            "place": problem.place.to_string(), "key": problem.key, "what": problem.what, "remedy": problem.remedy,
        })
    };
    let all: Vec<_> = problems.iter().map(shown).collect();
    let _unread = opened::say(&format!("{:#}\n", json!({ "good": false, "problems": all })));
    opened::wrong_configuration()
}

fn summary(config: &Config) -> String {
    let ids: Vec<_> = config.providers.iter().map(|provider| provider.registration().id.as_str()).collect();
    let providers = match ids.as_slice() {
        [] => String::new(),
        [id] => format!(" Provider: {id}."),
        ids => format!(" Providers: {}.", ids.join(", ")),
    };
    let mut text = format!("The configuration is good. Issuer: {}.{providers}\n", config.server.public_url.issuer());
    for notice in notices(config) {
        let _always_written = writeln!(text, "Notice: {notice}");
    }
    text
}

/// What is allowed, and seldom meant.
fn notices(config: &Config) -> Vec<String> {
    if config.providers.is_empty() {
        return vec!["no provider is configured, so nobody can sign in; add a [providers.<id>] section.".to_owned()];
    }
    let open = config.providers.iter().filter(|provider| match provider {
        Provider::Oidc(oidc) => oidc.admits_every_tenant(),
        Provider::OAuth2(_) | Provider::OAuth1(_) => false,
    });
    let notice = |id: &str| {
        format!(
            "providers.{id} lets in people of every organization in the world, since its issuer has {} in it and tenants \
             is empty; write the ids of those that may come in into providers.{id}.tenants.",
            Oidc::TENANT
        )
    };
    open.map(|provider| notice(&provider.registration().id)).collect()
}

/// A provider that was asked.
struct Probed {
    id: String,
    name: String,
    findings: Vec<Finding>,
}

impl Probed {
    fn is_good(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Failed)
    }

    fn text(&self) -> String {
        let mut text = format!("\n{} ({})\n", self.id, self.name);
        for Finding { check, verdict, said } in &self.findings {
            let _always_written = writeln!(text, "  {:<8} {:<14} {said}", verdict.name(), check.name());
        }
        text
    }

    fn json(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "good": self.is_good(), "findings": self.findings })
    }
}

/// Asks all providers at the same time, so that one that hangs holds up nobody; in configured order.
async fn ask(config: Config) -> Result<Vec<Probed>, String> {
    let outbound = Outbound::new().map_err(|error| error.to_string())?;
    let clock = Clock::system();
    let mut asked = JoinSet::new();
    for (place, provider) in config.providers.into_iter().enumerate() {
        let registration = provider.registration();
        let (id, name) = (registration.id.clone(), registration.name.clone());
        let callback = registration.redirect_uri.as_ref().map(ToString::to_string);
        let callback = callback.unwrap_or_else(|| config.server.public_url.callback(&id));
        let (outbound, clock) = (outbound.clone(), clock.clone());
        asked.spawn(async move {
            let findings = upstream::probe(provider, &callback, &outbound, &clock).await;
            (place, Probed { id, name, findings })
        });
    }
    let mut probed: Vec<_> = asked.join_all().await;
    probed.sort_by_key(|(place, _)| *place);
    Ok(probed.into_iter().map(|(_, probed)| probed).collect())
}
