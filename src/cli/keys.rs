//! `vestibule keys …`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;

use super::opened;
use super::users::shown;
use crate::base::clock::{Clock, Timestamp};
use crate::base::db::Db;
use crate::base::event::Event;
use crate::config::Config;
use crate::keys::{self, Milestone, Policy, SigningKey, Standing, State};

#[derive(Subcommand)]
pub enum Verb {
    /// List the signing keys, oldest first
    List {
        /// As JSON, for machines
        #[arg(long)]
        json: bool,
    },
    /// Print the timeline: what has happened to each key, and what will happen when
    Plan {
        /// As JSON, for machines
        #[arg(long)]
        json: bool,
    },
    /// Publish a new key for each algorithm; it signs after `signing.publish_before_use`
    Rotate {
        /// Take keys out of use at once and let new ones sign: every key, or those that --key names
        #[arg(long)]
        emergency: bool,
        /// Only this key id; may be given more than once
        #[arg(long = "key", value_name = "KID", requires = "emergency")]
        kids: Vec<String>,
    },
}

struct Around {
    db: Db,
    config: Config,
    policy: Policy,
    now: Timestamp,
}

/// A key as it is listed.
#[derive(Serialize)]
struct View {
    #[serde(flatten)]
    standing: Standing,
    /// Whether it is one of `signing.key_files`.
    file: bool,
}

/// Does it.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let config = match opened::config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let (db, policy) = (Db::open(&config.database.access), Policy::new(&config));
    let around = Around { db, config, policy, now: Clock::system().now() };
    let done = opened::wait_for(async {
        match verb {
            Verb::List { json } => list(&around, *json).await,
            Verb::Plan { json } => plan(&around, *json).await,
            Verb::Rotate { emergency: false, .. } => rotate(&around).await,
            Verb::Rotate { kids, .. } => emergency(&around, kids).await,
        }
    });
    match done {
        Ok(Ok(text)) => opened::say(&text),
        Ok(Err(trouble)) => opened::failed(&trouble),
        Err(code) => code,
    }
}

async fn list(around: &Around, json: bool) -> Result<String, String> {
    let mut views: Vec<View> = Vec::new();
    for file in &around.config.signing.key_files {
        let key = SigningKey::from_pkcs8(file.algorithm(), file.pkcs8()).map_err(|error| error.to_string())?;
        let first = views.iter().all(|view| view.standing.algorithm != file.algorithm());
        let state = if first { State::Active } else { State::Published };
        views.push(View { standing: of_file(&key, state), file: true });
    }
    let standings = standings(around).await?;
    views.extend(standings.into_iter().map(|standing| View { standing, file: false }));
    if json {
        return as_json(&views);
    }
    let mut text = String::new();
    for View { standing, file } in &views {
        let Standing { kid, algorithm, state, .. } = standing;
        let times = [
            ("published", standing.published_at),
            ("active", standing.active_at),
            ("retiring", standing.retiring_at),
            ("gone", standing.gone_at),
            ("revoked", standing.revoked_at),
        ];
        let times = times.into_iter().filter_map(|(name, at)| Some(format!("  {name} {}", shown(at?))));
        let file = if *file { "  from signing.key_files" } else { "" };
        let line = format!("{}  {:9}  {kid}{}{file}", algorithm.name(), state.name(), times.collect::<String>());
        let _always_written = writeln!(text, "{line}");
    }
    Ok(text)
}

async fn plan(around: &Around, json: bool) -> Result<String, String> {
    let milestones = keys::milestones(&standings(around).await?, &around.policy, around.now);
    if json {
        return as_json(&milestones);
    }
    let mut text = String::new();
    for Milestone { at, done, algorithm, kid, state } in &milestones {
        let (kid, done) = (kid.as_deref().unwrap_or("(a new key)"), if *done { "done   " } else { "planned" });
        let _always_written = writeln!(text, "{}  {done}  {}  {:9}  {kid}", shown(*at), algorithm.name(), state.name());
    }
    if around.policy.algorithms.is_empty() {
        text += "The keys are those of signing.key_files; none are made.\n";
    }
    Ok(text)
}

async fn rotate(around: &Around) -> Result<String, String> {
    let Around { db, config, policy, now } = around;
    if policy.algorithms.is_empty() {
        return Err("the keys are those of signing.key_files; put new files there and restart".to_owned());
    }
    let events = keys::rotate(db, &config.ring, policy, *now).await.map_err(|error| error.to_string())?;
    let made =
        |kid: &str| events.iter().any(|event| matches!(event, Event::SigningKeyMade { kid: new, .. } if new == kid));
    let standings = standings(around).await?;
    let signs = keys::milestones(&standings, policy, *now);
    let mut text = String::new();
    for key in standings.iter().filter(|key| key.state == State::Published || made(&key.kid)) {
        let (kid, name) = (&key.kid, key.algorithm.name());
        let active = |point: &&Milestone| point.kid.as_ref() == Some(kid) && point.state == State::Active;
        let from = signs.iter().find(active).map(|point| shown(point.at)).unwrap_or_default();
        let what = if made(kid) { "a new key" } else { "a key that was published before" };
        let _always_written = writeln!(text, "{name}  {kid}  {what}; it signs from {from}");
    }
    Ok(text)
}

async fn emergency(around: &Around, kids: &[String]) -> Result<String, String> {
    let Around { db, config, policy, now } = around;
    let standings = standings(around).await?;
    let known = |kid: &&String| standings.iter().any(|key| key.kid == **kid && key.revoked_at.is_none());
    if let Some(unknown) = kids.iter().find(|kid| !known(kid)) {
        let hint = if policy.algorithms.is_empty() { "; keys of signing.key_files are taken out there" } else { "" };
        return Err(format!("no key of the database has the id {unknown:?}, or it was revoked before{hint}"));
    }
    let named = (!kids.is_empty()).then(|| kids.to_vec());
    let events = keys::revoke(db, &config.ring, policy, named, *now).await.map_err(|error| error.to_string())?;
    let mut text = String::new();
    for event in &events {
        let (kid, algorithm, what) = match event {
            Event::SigningKeyRevoked { kid, algorithm } => (kid, algorithm, "revoked"),
            Event::SigningKeyMade { kid, algorithm, .. } => (kid, algorithm, "a new key; it signs"),
            Event::SigningKeyMoved { kid, algorithm, .. } => (kid, algorithm, "published before; it signs"),
            _ => continue,
        };
        let _always_written = writeln!(text, "{algorithm}  {kid}  {what}");
    }
    let max_age = policy.max_age(Duration::ZERO).as_secs();
    let _always_written = writeln!(
        text,
        "Every replica refuses what a revoked key signed, and drops it from the JWKS, within 60 s.\n\
         Caches outside hold the old JWKS for up to {max_age} s (its max-age): until then they may go on taking tokens\n\
         of a revoked key, and may refuse new ones. Restart or flush those that matter."
    );
    if policy.algorithms.is_empty() {
        text += "Keys of signing.key_files are not touched: take those out there, and restart.\n";
    }
    Ok(text)
}

async fn standings(around: &Around) -> Result<Vec<Standing>, String> {
    keys::list(&around.db).await.map_err(|error| error.to_string())
}

fn of_file(key: &SigningKey, state: State) -> Standing {
    Standing {
        kid: key.kid().to_owned(),
        algorithm: key.algorithm(),
        state,
        published_at: None,
        active_at: None,
        retiring_at: None,
        gone_at: None,
        revoked_at: None,
    }
}

fn as_json<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|error| error.to_string())
}
