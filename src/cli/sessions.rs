//! `vestibule sessions …`: lists and ends sessions.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

use super::context::{self, Context};
use super::format::{as_json, ended_sessions, timestamp, user_label};
use super::users::find_user;
use crate::account::Record;
use crate::administration;
use crate::base::id::UserId;
use crate::session::Listed;

/// The two ways to name sessions.
const REVOKE_USAGE: &str = "vestibule sessions revoke <SUB_OR_EMAIL> [--tag <TAG>] [--dry-run]
       vestibule sessions revoke --client <CLIENT_ID> [--dry-run]";

#[derive(Subcommand)]
pub enum Verb {
    /// List the active browser sessions, newest first
    List {
        /// Only sessions of the user with this sub or e-mail address
        #[arg(long, value_name = "SUB_OR_EMAIL")]
        user: Option<String>,
        /// Only sessions with this label (`sessions.tags`)
        #[arg(long)]
        tag: Option<String>,
        /// Maximum number of rows, without --user
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End one session, and the sessions of apps under it
    End {
        /// The session's id, as `sessions list` prints it and as the claim `sid`
        #[arg(value_name = "SESSION")]
        session: String,
    },
    /// End all sessions of a user, or of an app
    #[command(override_usage = REVOKE_USAGE)]
    Revoke {
        /// The user's sub or e-mail address
        #[arg(value_name = "SUB_OR_EMAIL", required_unless_present_any = ["user", "client"])]
        whose: Option<String>,
        /// The same, as an option
        #[arg(long, value_name = "SUB_OR_EMAIL", conflicts_with = "whose")]
        user: Option<String>,
        /// Instead of those of a user: the sessions of the app with this `client_id`, for each user
        #[arg(long, value_name = "CLIENT_ID", conflicts_with_all = ["whose", "user", "tag"])]
        client: Option<String>,
        /// Only sessions with this label (`sessions.tags`)
        #[arg(long)]
        tag: Option<String>,
        /// Only print the sessions that would end
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command. Returns the exit code of the process.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    context::with_context(files, async |context| match verb {
        Verb::List { user, tag, limit, json } => list(context, user.as_deref(), tag.as_deref(), *limit, *json).await,
        Verb::End { session } => end(context, session).await,
        Verb::Revoke { client: Some(client), dry_run, .. } => revoke_client(context, client, *dry_run).await,
        Verb::Revoke { whose, user, tag, dry_run, client: None } => {
            let user = whose.as_ref().or(user.as_ref()).map_or("", String::as_str);
            revoke(context, user, tag.as_deref(), *dry_run).await
        }
    })
}

async fn list(
    context: &Context,
    user: Option<&str>,
    tag: Option<&str>,
    limit: i64,
    json: bool,
) -> Result<String, String> {
    let listed = if let Some(user) = user {
        of(context, find_user(context, user).await?.sub, tag).await?
    } else {
        let tag = tag.map(str::to_owned);
        let listed = administration::all_sessions(&context.db, tag, context.lifetime, context.now, limit).await;
        listed.map_err(|error| error.to_string())?
    };
    let users = users_of(context, &listed).await?;
    if json {
        let views = listed.iter().map(|listed| {
            let user = users.get(&listed.user).map(|user| &user.profile);
            let (email, name) =
                (user.and_then(|user| user.email.as_deref()), user.and_then(|user| user.name.as_deref()));
            View { sub: listed.user, email, name, listed }
        });
        return as_json(&views.collect::<Vec<_>>());
    }
    Ok(lines(&listed, &users))
}

/// A session with its user, as JSON.
#[derive(Serialize)]
struct View<'a> {
    sub: UserId,
    email: Option<&'a str>,
    name: Option<&'a str>,
    #[serde(flatten)]
    listed: &'a Listed,
}

/// The users of these sessions.
async fn users_of(context: &Context, listed: &[Listed]) -> Result<HashMap<UserId, Record>, String> {
    let ids: HashSet<UserId> = listed.iter().map(|listed| listed.user).collect();
    let users = administration::with_ids(&context.db, ids.into_iter().collect()).await;
    Ok(users.map_err(|error| error.to_string())?.into_iter().map(|user| (user.sub, user)).collect())
}

async fn end(context: &Context, session: &str) -> Result<String, String> {
    let id = session.parse().map_err(|_| format!("{session:?} is no session id; `sessions list` prints them"))?;
    let ended = administration::end_session(&context.db, &context.endings, id, context.now).await;
    if ended.map_err(|error| error.to_string())? {
        Ok(format!("session {id} ended.\n"))
    } else {
        Err(format!("no active session has the id {id}"))
    }
}

async fn revoke(context: &Context, user: &str, tag: Option<&str>, dry_run: bool) -> Result<String, String> {
    let user = find_user(context, user).await?;
    if dry_run {
        let listed = of(context, user.sub, tag).await?;
        let label = user_label(&user);
        let lines = lines(&listed, &HashMap::from([(user.sub, user)]));
        return Ok(format!("{label}: would end, with the sessions of the apps listed:\n{lines}"));
    }
    if tag.is_some() {
        let mut count = 0;
        for listed in of(context, user.sub, tag).await? {
            let ended = administration::end_session(&context.db, &context.endings, listed.id, context.now).await;
            count += usize::from(ended.map_err(|error| error.to_string())?);
        }
        return Ok(format!("{}: {}.\n", user_label(&user), ended_sessions(count)));
    }
    let count = administration::end_sessions(&context.db, &context.endings, user.sub, context.now).await;
    let count = count.map_err(|error| error.to_string())?.unwrap_or_default();
    Ok(format!("{}: {}.\n", user_label(&user), ended_sessions(count)))
}

async fn revoke_client(context: &Context, client: &str, dry_run: bool) -> Result<String, String> {
    if dry_run {
        let found = administration::sessions_of_client(&context.db, client, context.now).await;
        let found = found.map_err(|error| error.to_string())?;
        let ids = found.iter().fold(String::new(), |text, id| format!("{text}{id}\n"));
        return Ok(format!("{client}: would end\n{ids}"));
    }
    let count = administration::end_sessions_of_client(&context.db, &context.endings, client, context.now).await;
    let count = count.map_err(|error| error.to_string())?;
    Ok(format!("{client}: {}.\n", ended_sessions(count)))
}

/// The sessions of a user; with a tag only those that have it.
async fn of(context: &Context, user: UserId, tag: Option<&str>) -> Result<Vec<Listed>, String> {
    let listed = administration::sessions(&context.db, context.lifetime, user, context.now).await;
    let listed = listed.map_err(|error| error.to_string())?.unwrap_or_default();
    Ok(listed.into_iter().filter(|listed| tag.is_none() || listed.tag.as_deref() == tag).collect())
}

fn lines(listed: &[Listed], users: &HashMap<UserId, Record>) -> String {
    let mut text = String::new();
    for Listed { id, user, created_at, last_activity_at, ip, device, provider, clients, tag, .. } in listed {
        let known = [device.browser.as_deref(), device.os.as_deref(), device.r#type.as_deref()];
        let device: Vec<_> = known.into_iter().flatten().collect();
        let ip = ip.map(|ip| ip.to_string()).unwrap_or_default();
        let apps = if clients.is_empty() { String::new() } else { format!("  apps {}", clients.join(", ")) };
        let tag = tag.as_ref().map(|tag| format!("  tag {tag}")).unwrap_or_default();
        let user = users.get(user).map_or_else(|| user.to_string(), user_label);
        let _always_written = writeln!(
            text,
            "{id}  user {user}  {provider}  since {}  last seen {}  {ip}  {}{apps}{tag}",
            timestamp(*created_at),
            timestamp(*last_activity_at),
            device.join(", "),
        );
    }
    text
}
