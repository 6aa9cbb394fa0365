//! `vestibule keys …`: lists and replaces the signing keys.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;

use super::format::{as_json, timestamp};
use super::{context, output};
use crate::base::clock::{Clock, Timestamp};
use crate::base::db::Db;
use crate::base::event::Event;
use crate::config::Config;
use crate::keys::{self, KeyState, KeyStatus, Milestone, Policy, SigningKey};

#[derive(Subcommand)]
pub enum Verb {
    /// List the signing keys, oldest first
    List {
        /// Maximum number of rows: the newest
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the timeline: past and planned changes of each key
    Plan {
        /// Maximum number of rows: the last
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Publish a new key for each algorithm; it signs after `signing.publish_before_use`
    Rotate {
        /// Revoke keys at once and sign with new ones: all keys, or those of --key
        #[arg(long)]
        emergency: bool,
        /// Only this key id; may be repeated
        // A key id is base64url and may begin with a hyphen.
        #[arg(long = "key", value_name = "KID", requires = "emergency", allow_hyphen_values = true)]
        kids: Vec<String>,
    },
}

struct Context {
    db: Db,
    config: Config,
    policy: Policy,
    now: Timestamp,
}

/// A key as it is listed.
#[derive(Serialize)]
struct ListedKey {
    #[serde(flatten)]
    status: KeyStatus,
    /// Whether it is from `signing.key_files`.
    file: bool,
}

/// Runs the command. Returns the exit code of the process.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let (db, policy) = (Db::open(&config.database.access()), Policy::new(&config));
    let context = Context { db, config, policy, now: Clock::system().now() };
    let done = context::wait_for(async {
        match verb {
            Verb::List { limit, json } => list(&context, *limit, *json).await,
            Verb::Plan { limit, json } => plan(&context, *limit, *json).await,
            Verb::Rotate { emergency: false, .. } => rotate(&context).await,
            Verb::Rotate { kids, .. } => emergency(&context, kids).await,
        }
    });
    match done {
        Ok(Ok(text)) => output::print(&text),
        Ok(Err(error)) => output::fail(&error),
        Err(code) => code,
    }
}

async fn list(context: &Context, limit: usize, json: bool) -> Result<String, String> {
    let mut views: Vec<ListedKey> = Vec::new();
    for file in &context.config.signing.key_files {
        let key = SigningKey::from_pkcs8(file.algorithm(), file.pkcs8()).map_err(|error| error.to_string())?;
        let first = views.iter().all(|view| view.status.algorithm != file.algorithm());
        let state = if first { KeyState::Active } else { KeyState::Published };
        views.push(ListedKey { status: of_file(&key, state), file: true });
    }
    let statuses = statuses(context).await?;
    views.extend(statuses.into_iter().map(|status| ListedKey { status, file: false }));
    views.drain(..views.len().saturating_sub(limit));
    if json {
        return as_json(&views);
    }
    let mut text = String::new();
    for ListedKey { status, file } in &views {
        let KeyStatus { kid, algorithm, state, .. } = status;
        let times = [
            ("published", status.published_at),
            ("active", status.active_at),
            ("retiring", status.retiring_at),
            ("gone", status.gone_at),
            ("revoked", status.revoked_at),
        ];
        let times = times.into_iter().filter_map(|(name, at)| Some(format!("  {name} {}", timestamp(at?))));
        let file = if *file { "  from signing.key_files" } else { "" };
        let line = format!("{}  {:9}  {kid}{}{file}", algorithm.name(), state.name(), times.collect::<String>());
        let _always_written = writeln!(text, "{line}");
    }
    Ok(text)
}

async fn plan(context: &Context, limit: usize, json: bool) -> Result<String, String> {
    let mut milestones = keys::milestones(&statuses(context).await?, &context.policy, context.now);
    milestones.drain(..milestones.len().saturating_sub(limit));
    if json {
        return as_json(&milestones);
    }
    let mut text = String::new();
    for Milestone { at, done, algorithm, kid, state } in &milestones {
        let (kid, done) = (kid.as_deref().unwrap_or("(a new key)"), if *done { "done   " } else { "planned" });
        let _always_written =
            writeln!(text, "{}  {done}  {}  {:9}  {kid}", timestamp(*at), algorithm.name(), state.name());
    }
    if context.policy.algorithms.is_empty() {
        text += "The keys are those of signing.key_files; none are generated.\n";
    }
    Ok(text)
}

async fn rotate(context: &Context) -> Result<String, String> {
    let Context { db, config, policy, now } = context;
    if policy.algorithms.is_empty() {
        return Err("the keys are those of signing.key_files; add new files there and restart".to_owned());
    }
    let events = keys::rotate(db, &config.ring, policy, *now).await.map_err(|error| error.to_string())?;
    let made =
        |kid: &str| events.iter().any(|event| matches!(event, Event::SigningKeyCreated { kid: new, .. } if new == kid));
    let statuses = statuses(context).await?;
    let signs = keys::milestones(&statuses, policy, *now);
    let mut text = String::new();
    for key in statuses.iter().filter(|key| key.state == KeyState::Published || made(&key.kid)) {
        let (kid, name) = (&key.kid, key.algorithm.name());
        let active = |point: &&Milestone| point.kid.as_ref() == Some(kid) && point.state == KeyState::Active;
        let from = signs.iter().find(active).map(|point| timestamp(point.at)).unwrap_or_default();
        let what = if made(kid) { "new key" } else { "published earlier" };
        let _always_written = writeln!(text, "{name}  {kid}  {what}; signs from {from}");
    }
    Ok(text)
}

async fn emergency(context: &Context, kids: &[String]) -> Result<String, String> {
    let Context { db, config, policy, now } = context;
    let statuses = statuses(context).await?;
    let known = |kid: &&String| statuses.iter().any(|key| key.kid == **kid && key.revoked_at.is_none());
    if let Some(unknown) = kids.iter().find(|kid| !known(kid)) {
        let hint = if policy.algorithms.is_empty() { "; remove keys of signing.key_files there" } else { "" };
        return Err(format!("no key in the database has the id {unknown:?}, or it is already revoked{hint}"));
    }
    let named = (!kids.is_empty()).then(|| kids.to_vec());
    let events = keys::revoke(db, &config.ring, policy, named, *now).await.map_err(|error| error.to_string())?;
    let mut text = String::new();
    for event in &events {
        let (kid, algorithm, what) = match event {
            Event::SigningKeyRevoked { kid, algorithm } => (kid, algorithm, "revoked"),
            Event::SigningKeyCreated { kid, algorithm, .. } => (kid, algorithm, "new key; it signs"),
            Event::SigningKeyStateChanged { kid, algorithm, .. } => (kid, algorithm, "published earlier; it signs"),
            _ => continue,
        };
        let _always_written = writeln!(text, "{algorithm}  {kid}  {what}");
    }
    let max_age = policy.max_age(Duration::ZERO).as_secs();
    let _always_written = writeln!(
        text,
        "Within 60 s, every replica rejects tokens signed with a revoked key, and removes the key from the JWKS.\n\
         Services cache the old JWKS for up to {max_age} s (its max-age): until then they may accept tokens of a revoked\n\
         key and reject new ones. Restart them or clear their caches where this matters."
    );
    if policy.algorithms.is_empty() {
        text += "Keys of signing.key_files are not changed: remove them there and restart.\n";
    }
    Ok(text)
}

async fn statuses(context: &Context) -> Result<Vec<KeyStatus>, String> {
    keys::list(&context.db).await.map_err(|error| error.to_string())
}

fn of_file(key: &SigningKey, state: KeyState) -> KeyStatus {
    KeyStatus {
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
