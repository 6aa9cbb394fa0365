//! `vestibule sessions …`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

use super::opened::{self, Opened};
use super::users::{called, ended, named, shown};
use crate::administration;
use crate::base::id::UserId;
use crate::session::Listed;

#[derive(Subcommand)]
pub enum Verb {
    /// List the sign-ins that live, newest first
    List {
        /// Only those of the user with this sub or e-mail address
        #[arg(long, value_name = "SUB_OR_EMAIL")]
        user: Option<String>,
        /// How many at the most, where no user is named
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// As JSON, for machines
        #[arg(long)]
        json: bool,
    },
    /// End every session of a user
    Revoke {
        /// The user's sub or e-mail address
        #[arg(value_name = "SUB_OR_EMAIL", required_unless_present = "user")]
        whose: Option<String>,
        /// The same, by name
        #[arg(long, value_name = "SUB_OR_EMAIL", conflicts_with = "whose")]
        user: Option<String>,
        /// Only say what would end
        #[arg(long)]
        dry_run: bool,
    },
}

/// Does it.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    opened::with(files, async |opened| match verb {
        Verb::List { user, limit, json } => list(opened, user.as_deref(), *limit, *json).await,
        Verb::Revoke { whose, user, dry_run } => {
            let user = whose.as_ref().or(user.as_ref()).map_or("", String::as_str);
            revoke(opened, user, *dry_run).await
        }
    })
}

async fn list(opened: &Opened, user: Option<&str>, limit: i64, json: bool) -> Result<String, String> {
    let listed = if let Some(user) = user {
        of(opened, named(opened, user).await?.sub).await?
    } else {
        let listed = administration::all_sessions(&opened.db, opened.lifetime, opened.now, limit).await;
        listed.map_err(|error| error.to_string())?
    };
    if json {
        #[derive(Serialize)]
        struct View<'a> {
            sub: UserId,
            #[serde(flatten)]
            listed: &'a Listed,
        }
        let views: Vec<_> = listed.iter().map(|listed| View { sub: listed.user, listed }).collect();
        return serde_json::to_string_pretty(&views).map(|text| text + "\n").map_err(|error| error.to_string());
    }
    Ok(lines(&listed))
}

async fn revoke(opened: &Opened, user: &str, dry_run: bool) -> Result<String, String> {
    let user = named(opened, user).await?;
    if dry_run {
        let listed = of(opened, user.sub).await?;
        return Ok(format!("{}: would end, and with them the apps under them:\n{}", called(&user), lines(&listed)));
    }
    let count = administration::end_sessions(&opened.db, &opened.endings, user.sub, opened.now).await;
    let count = count.map_err(|error| error.to_string())?.unwrap_or_default();
    Ok(format!("{}: {}.\n", called(&user), ended(count)))
}

async fn of(opened: &Opened, user: UserId) -> Result<Vec<Listed>, String> {
    let listed = administration::sessions(&opened.db, opened.lifetime, user, opened.now).await;
    Ok(listed.map_err(|error| error.to_string())?.unwrap_or_default())
}

fn lines(listed: &[Listed]) -> String {
    let mut text = String::new();
    for Listed { id, user, created_at, last_activity_at, ip, device, provider, clients, .. } in listed {
        let known = [device.browser.as_deref(), device.os.as_deref(), device.r#type.as_deref()];
        let device: Vec<_> = known.into_iter().flatten().collect();
        let ip = ip.map(|ip| ip.to_string()).unwrap_or_default();
        let apps = if clients.is_empty() { String::new() } else { format!("  apps {}", clients.join(", ")) };
        let _always_written = writeln!(
            text,
            "{id}  user {user}  {provider}  since {}  last seen {}  {ip}  {}{apps}",
            shown(*created_at),
            shown(*last_activity_at),
            device.join(", "),
        );
    }
    text
}
