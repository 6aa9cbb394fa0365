//! `vestibule explain`: what a login with these claims would come to, without a login and without a database.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, Value};

use super::opened;
use crate::base::clock::Clock;
use crate::client;
use crate::config::{Config, Provider};
use crate::login::{self, Explained, Token};
use crate::upstream;

/// The exit code where the claims would not let anyone in.
const REFUSED: u8 = 1;
/// The exit code of a wrong configuration, and of a question that cannot be answered.
const WRONG: u8 = 2;

#[derive(clap::Args)]
pub struct Arguments {
    /// The provider that says these claims
    #[arg(long, value_name = "ID")]
    provider: String,
    /// A JSON file with the claims of an ID token or of a profile, or with both as `{"id_token": {…}, "userinfo": {…}}`;
    /// `-` reads standard input
    #[arg(long, value_name = "FILE")]
    claims: PathBuf,
    /// The app that the login would be for
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// As JSON, for machines
    #[arg(long)]
    json: bool,
}

/// Explains. The exit code is 0 where the login would give a session, 1 where it would not, 2 where nobody can say.
pub fn run(arguments: &Arguments, files: &[PathBuf]) -> ExitCode {
    let config = match opened::config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    match explained(arguments, config) {
        Ok(explained) => {
            let text = if arguments.json { as_json(&explained) } else { as_text(&explained) };
            let said = opened::say(&text);
            if explained.admitted { said } else { ExitCode::from(REFUSED) }
        }
        Err(trouble) => {
            opened::complain(&trouble);
            ExitCode::from(WRONG)
        }
    }
}

fn explained(arguments: &Arguments, mut config: Config) -> Result<Explained, String> {
    let clients = client::Registry::new(std::mem::take(&mut config.clients), &config.limits);
    let provider = config.providers.iter().find(|provider| provider.registration().id == arguments.provider);
    let provider = provider.ok_or_else(|| no_such("provider", &arguments.provider, &ids(&config.providers)))?;
    let client = match &arguments.client {
        Some(id) => {
            let all = || -> Vec<String> { clients.iter().map(|client| client.id.clone()).collect() };
            Some(clients.get(id).ok_or_else(|| no_such("client", id, &all()))?)
        }
        None => None,
    };
    let (first, userinfo) = claims(&arguments.claims)?;
    let identity = upstream::recognise(provider, first, userinfo)
        .map_err(|unusable| format!("{}: the claims name nobody: {unusable}", arguments.claims.display()))?;
    Ok(login::explain(&config, &clients, provider, &identity, client, Clock::system().now()))
}

fn ids(providers: &[Provider]) -> Vec<String> {
    providers.iter().map(|provider| provider.registration().id.clone()).collect()
}

fn no_such(kind: &str, id: &str, known: &[String]) -> String {
    let known =
        if known.is_empty() { "none is configured".to_owned() } else { format!("there are: {}", known.join(", ")) };
    format!("no {kind} has the id {id:?}; {known}")
}

type Claims = Map<String, Value>;

/// The claims of the ID token or the profile, and those of userinfo, if the file has both.
fn claims(path: &Path) -> Result<(Claims, Option<Claims>), String> {
    let (text, name) = read(path)?;
    let read: Value = serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?;
    let Value::Object(mut all) = read else {
        return Err(format!("{name} is {}; write the claims as an object, as {{\"sub\": \"…\"}}", kind(&read)));
    };
    let in_parts = all.contains_key("id_token") && all.keys().all(|key| key == "id_token" || key == "userinfo");
    if !in_parts {
        return Ok((all, None));
    }
    let mut part = |key: &str| match all.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(part)) => Ok(Some(part)),
        Some(other) => Err(format!(
            "{name}: {key:?} is {}; write the claims that are in it as an object, not the token itself",
            kind(&other)
        )),
    };
    let (id_token, userinfo) = (part("id_token")?, part("userinfo")?);
    Ok((id_token.ok_or_else(|| format!("{name}: \"id_token\" is null; write its claims as an object"))?, userinfo))
}

fn read(path: &Path) -> Result<(String, String), String> {
    if path == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| format!("standard input cannot be read: {error}"))?;
        return Ok((text, "standard input".to_owned()));
    }
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Ok((text, name))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn as_json(explained: &Explained) -> String {
    serde_json::to_string_pretty(explained).unwrap_or_default() + "\n"
}

fn as_text(explained: &Explained) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        let _always_written = writeln!(text, "{line}");
    };
    match &explained.refused {
        None => line("Admitted."),
        Some(why) => line(&format!("Refused: {why}.")),
    }
    line("\nRules");
    for judged in &explained.rules {
        line(&format!("  {}  {}: {}", if judged.holds { "yes" } else { "NO " }, judged.rule, judged.why));
    }
    if explained.rules.is_empty() {
        line("  none is given: everyone whom the provider lets in may enter");
    }
    if !explained.sign_up {
        line("  only those may enter who are known already (login.sign_up = false)");
    }
    line(&format!("\nIdentity\n  {} at {}", explained.sub, explained.provider));
    if !explained.joins_users_of.is_empty() {
        line(&format!(
            "  joins the one user whom this verified address names by the word of: {}",
            explained.joins_users_of.join(", ")
        ));
    }
    line("\nUser");
    let user = &explained.user;
    let verified = if user.email_verified { "verified" } else { "not verified" };
    let email = user.email.as_ref().map(|email| format!("{email} ({verified})"));
    for (name, value) in [
        ("email", &email),
        ("name", &user.name),
        ("preferred_username", &user.preferred_username),
        ("picture", &user.picture),
    ] {
        line(&format!("  {name:<18}  {}", value.as_deref().unwrap_or("-")));
    }
    line(&format!("\nGroups ({})", user.groups.len()));
    for group in &user.groups {
        line(&format!("  {group}"));
    }
    for token in &explained.tokens {
        line(&token_as_text(token));
    }
    line("Whether signature, times and nonce are right, and whether the user is disabled, only a login can tell.");
    text
}

fn token_as_text(token: &Token) -> String {
    let Token { client, header, claims, bytes, max_bytes, largest } = token;
    let largest = largest.map(|(claim, bytes)| format!(", {bytes} of them for {claim}")).unwrap_or_default();
    let too_large = if bytes > max_bytes { ": TOO LARGE" } else { "" };
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let header = serde_json::to_value(header).unwrap_or_default();
    format!(
        "\nAccess token for {client}: {bytes} bytes of {max_bytes}{largest}{too_large}\n{}\n{}\n",
        pretty(&header),
        pretty(claims)
    )
}
