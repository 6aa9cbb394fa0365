//! `vestibule users …`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::opened::{self, Opened};
use crate::account::Record;
use crate::administration::{self, By};
use crate::base::clock::Timestamp;

/// Users asked for at a time.
const PAGE: i64 = 200;

#[derive(Subcommand)]
pub enum Verb {
    /// List the users, newest first
    List {
        /// Only users whose e-mail address, name or user name contains TEXT, in capitals or not
        #[arg(long, value_name = "TEXT")]
        q: Option<String>,
        /// As JSON, for machines
        #[arg(long)]
        json: bool,
    },
    /// Shut a user out and end every session of theirs
    Disable {
        /// The user's sub or e-mail address
        user: String,
    },
    /// Let a user in again
    Enable {
        /// The user's sub or e-mail address
        user: String,
    },
}

/// Does it.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    opened::with(files, async |opened| match verb {
        Verb::List { q, json } => list(opened, q.as_deref().unwrap_or_default(), *json).await,
        Verb::Disable { user } => disable(opened, user).await,
        Verb::Enable { user } => enable(opened, user).await,
    })
}

async fn list(opened: &Opened, words: &str, json: bool) -> Result<String, String> {
    let mut users: Vec<Record> = Vec::new();
    loop {
        let after = users.last().map(|user| user.sub);
        let page = administration::search(&opened.db, words.to_owned(), after, PAGE).await;
        let page = page.map_err(|error| error.to_string())?;
        let last = i64::try_from(page.len()).is_ok_and(|len| len < PAGE);
        users.extend(page);
        if last {
            break;
        }
    }
    if json {
        return serde_json::to_string_pretty(&users).map(|text| text + "\n").map_err(|error| error.to_string());
    }
    let mut text = String::new();
    for user in &users {
        let _always_written = writeln!(text, "{}", line(user));
    }
    Ok(text)
}

async fn disable(opened: &Opened, user: &str) -> Result<String, String> {
    let user = named(opened, user).await?;
    let disabled = administration::disable(&opened.db, &opened.endings, user.sub, By::CommandLine, opened.now).await;
    let disabled = disabled.map_err(|error| error.to_string())?;
    let (user, sessions) = disabled.ok_or("the user was deleted at this moment")?;
    let since = user.disabled_at.map(shown).unwrap_or_default();
    Ok(format!("{} may not enter since {since}; {}.\n", called(&user), ended(sessions)))
}

async fn enable(opened: &Opened, user: &str) -> Result<String, String> {
    let user = named(opened, user).await?;
    let enabled = administration::enable(&opened.db, user.sub, By::CommandLine, opened.now).await;
    let user = enabled.map_err(|error| error.to_string())?.ok_or("the user was deleted at this moment")?;
    Ok(format!("{} may enter.\n", called(&user)))
}

/// The one user that a sub or an e-mail address names.
pub async fn named(opened: &Opened, sub_or_email: &str) -> Result<Record, String> {
    let found = administration::matching(&opened.db, sub_or_email.to_owned()).await;
    let mut found = found.map_err(|error| error.to_string())?;
    match (found.pop(), found.as_slice()) {
        (None, _) => Err(format!("no user has the sub or the e-mail address {sub_or_email:?}")),
        (Some(one), []) => Ok(one),
        (Some(one), others) => {
            let lines: Vec<_> = others.iter().chain([&one]).map(line).collect();
            Err(format!(
                "{sub_or_email:?} is the e-mail address of several users; name one by sub:\n{}",
                lines.join("\n")
            ))
        }
    }
}

/// A user for people: the sub, and what else is known.
pub fn called(user: &Record) -> String {
    let named = user.profile.email.as_ref().or(user.profile.name.as_ref());
    named.map_or_else(|| user.sub.to_string(), |name| format!("{} ({name})", user.sub))
}

/// How many sessions ended, in words.
pub fn ended(sessions: usize) -> String {
    match sessions {
        0 => "no session was left to end".to_owned(),
        1 => "1 session ended".to_owned(),
        many => format!("{many} sessions ended"),
    }
}

/// An instant for people, to the second.
pub fn shown(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn line(user: &Record) -> String {
    let profile = &user.profile;
    let disabled = user.disabled_at.map(|at| format!("  disabled {}", shown(at))).unwrap_or_default();
    let (email, name) = (profile.email.as_deref().unwrap_or("-"), profile.name.as_deref().unwrap_or("-"));
    format!("{}  {}  {email}  {name}{disabled}", user.sub, shown(user.created_at))
}
