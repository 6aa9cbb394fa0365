//! `vestibule users …`: lists, disables and enables users.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::context::{self, Context};
use super::format::{ended_sessions, timestamp, user_label};
use crate::account::Record;
use crate::administration::{self, Actor};

/// The number of users that one query returns.
const PAGE: i64 = 200;

#[derive(Subcommand)]
pub enum Verb {
    /// List the users, newest first
    List {
        /// Only users whose e-mail address, name or user name contains TEXT, in upper or lower case
        #[arg(long, value_name = "TEXT")]
        q: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Disable a user and end all sessions of the user
    Disable {
        /// The user's sub or e-mail address
        user: String,
    },
    /// Enable a user
    Enable {
        /// The user's sub or e-mail address
        user: String,
    },
}

/// Runs the command.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    context::with_context(files, async |context| match verb {
        Verb::List { q, json } => list(context, q.as_deref().unwrap_or_default(), *json).await,
        Verb::Disable { user } => disable(context, user).await,
        Verb::Enable { user } => enable(context, user).await,
    })
}

async fn list(context: &Context, words: &str, json: bool) -> Result<String, String> {
    let mut users: Vec<Record> = Vec::new();
    loop {
        let after = users.last().map(|user| user.sub);
        let page = administration::search(&context.db, words.to_owned(), after, PAGE).await;
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

async fn disable(context: &Context, user: &str) -> Result<String, String> {
    let user = find_user(context, user).await?;
    let disabled =
        administration::disable(&context.db, &context.endings, user.sub, Actor::CommandLine, context.now).await;
    let disabled = disabled.map_err(|error| error.to_string())?;
    let (user, sessions) = disabled.ok_or("the user has just been deleted")?;
    let since = user.disabled_at.map(timestamp).unwrap_or_default();
    Ok(format!("{} is disabled since {since}; {}.\n", user_label(&user), ended_sessions(sessions)))
}

async fn enable(context: &Context, user: &str) -> Result<String, String> {
    let user = find_user(context, user).await?;
    let enabled = administration::enable(&context.db, user.sub, Actor::CommandLine, context.now).await;
    let user = enabled.map_err(|error| error.to_string())?.ok_or("the user has just been deleted")?;
    Ok(format!("{} is enabled.\n", user_label(&user)))
}

/// The one user that a sub or an e-mail address names.
pub async fn find_user(context: &Context, sub_or_email: &str) -> Result<Record, String> {
    let found = administration::matching(&context.db, sub_or_email.to_owned()).await;
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

fn line(user: &Record) -> String {
    let profile = &user.profile;
    let disabled = user.disabled_at.map(|at| format!("  disabled {}", timestamp(at))).unwrap_or_default();
    let (email, name) = (profile.email.as_deref().unwrap_or("-"), profile.name.as_deref().unwrap_or("-"));
    format!("{}  {}  {email}  {name}{disabled}", user.sub, timestamp(user.created_at))
}
