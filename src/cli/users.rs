//! `vestibule users …`: lists, disables and enables users, and removes identities.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::context::{self, Context};
use super::format::{as_json, ended_sessions, timestamp, user_label};
use crate::account::{self, Identity, Record};
use crate::administration::{self, Actor};
use crate::login::{self, Unlinked};

/// The number of users that one query returns.
const PAGE: i64 = 200;

#[derive(Subcommand)]
pub enum Verb {
    /// List the users, newest first
    List {
        /// Only users whose e-mail address, name or user name contains TEXT, in upper or lower case
        #[arg(long, value_name = "TEXT")]
        q: Option<String>,
        /// Maximum number of rows
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a user with the linked identities
    Show {
        /// The user's sub or e-mail address
        user: String,
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
    /// Delete a user with the identities, and end all sessions. The next login of that person creates a new user
    Delete {
        /// The user's sub or e-mail address
        user: String,
        /// Only print the user that would be deleted
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove an identity of a user at once, and end the sessions made through it
    Unlink {
        /// The user's sub or e-mail address
        user: String,
        /// The provider of the identity, or the identity's id
        identity: String,
    },
}

/// Runs the command. Returns the exit code of the process.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    context::with_context(files, async |context| match verb {
        Verb::List { q, limit, json } => list(context, q.as_deref().unwrap_or_default(), *limit, *json).await,
        Verb::Show { user, json } => show(context, user, *json).await,
        Verb::Disable { user } => disable(context, user).await,
        Verb::Enable { user } => enable(context, user).await,
        Verb::Delete { user, dry_run } => delete(context, user, *dry_run).await,
        Verb::Unlink { user, identity } => unlink(context, user, identity).await,
    })
}

async fn list(context: &Context, words: &str, limit: i64, json: bool) -> Result<String, String> {
    let mut users: Vec<Record> = Vec::new();
    loop {
        let (listed, after) = (i64::try_from(users.len()).unwrap_or(limit), users.last().map(|user| user.sub));
        let most = PAGE.min(limit - listed);
        let page = administration::search(&context.db, words.to_owned(), after, most).await;
        let page = page.map_err(|error| error.to_string())?;
        let is_last = i64::try_from(page.len()).is_ok_and(|len| len < most) || listed + most == limit;
        users.extend(page);
        if is_last {
            break;
        }
    }
    if json {
        return as_json(&users);
    }
    let mut text = String::new();
    for user in &users {
        let _always_written = writeln!(text, "{}", line(user));
    }
    Ok(text)
}

async fn show(context: &Context, user: &str, json: bool) -> Result<String, String> {
    let user = find_user(context, user).await?;
    let details = administration::details(&context.db, user.sub).await.map_err(|error| error.to_string())?;
    let details = details.ok_or("the user has just been deleted")?;
    if json {
        return as_json(&details);
    }
    let mut text = line(&user) + "\n";
    for Identity { id, provider, sub, email, last_login_at, .. } in details.identities() {
        let email = email.as_deref().unwrap_or("-");
        let seen = timestamp(*last_login_at);
        let _always_written = writeln!(text, "  identity {id}  {provider}  {sub}  {email}  last login {seen}");
    }
    Ok(text)
}

async fn delete(context: &Context, user: &str, dry_run: bool) -> Result<String, String> {
    let user = find_user(context, user).await?;
    if dry_run {
        return Ok(format!("would be deleted, with identities and sessions:\n{}\n", line(&user)));
    }
    let Context { db, endings, now, .. } = context;
    let deleted = administration::delete(db, endings, user.sub, Actor::CommandLine, *now).await;
    if deleted.map_err(|error| error.to_string())? {
        Ok(format!("{} is deleted, with identities and sessions.\n", user_label(&user)))
    } else {
        Err("the user has just been deleted".to_owned())
    }
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

async fn unlink(context: &Context, user: &str, named: &str) -> Result<String, String> {
    let user = find_user(context, user).await?;
    let sub = user.sub;
    let identities = context.db.run("list identities", move |conn| account::identities(conn, sub)).await;
    let identities = identities.map_err(|error| error.to_string())?;
    let is_named = |identity: &&Identity| identity.provider == named || identity.id.to_string() == named;
    let found: Vec<_> = identities.iter().filter(is_named).collect();
    let identity = match found.as_slice() {
        [] => return Err(format!("{} has no identity {named:?}", user_label(&user))),
        [one] => *one,
        several => {
            let line = |identity: &&Identity| format!("{}  {}", identity.id, identity.sub);
            let lines: Vec<_> = several.iter().map(line).collect();
            return Err(format!(
                "{} has several identities at {named}; name one by id:\n{}",
                user_label(&user),
                lines.join("\n")
            ));
        }
    };
    let (which, detail) = ((sub, identity.id), Actor::CommandLine.detail());
    match login::unlink_for_administrator(&context.db, &context.endings, which, detail, context.now).await {
        Ok(Unlinked::Gone { .. }) => {
            Ok(format!("{}: {} of {} was removed.\n", user_label(&user), identity.sub, identity.provider))
        }
        Ok(Unlinked::Last) => Err("it is the user's only identity; delete or disable the user instead".to_owned()),
        Ok(Unlinked::NotFound | Unlinked::Scheduled(_)) => Err("the identity has just been removed".to_owned()),
        Err(error) => Err(error.to_string()),
    }
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
