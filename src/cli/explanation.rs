//! The result of `vestibule explain` as text.

use serde_json::Value;

use crate::account::Profile;
use crate::login::{Explained, Largest, Rule, Token};

/// The result, section by section.
pub fn text(explained: &Explained) -> String {
    let mut lines = vec![outcome(explained)];
    lines.extend(rules(explained));
    lines.extend(identity(explained));
    lines.extend(user(&explained.user));
    lines.extend(groups(explained));
    lines.extend(explained.tokens.iter().map(|token| token_as_text(token, explained.admitted)));
    lines.push(LIMITS_OF_THE_RESULT.to_owned());
    lines.join("\n") + "\n"
}

/// The note about values that the result cannot know.
const LIMITS_OF_THE_RESULT: &str = "\
Example values: sub, sid, jti, the index in the status lists, and the kid where it is ??? (a placeholder with the
length of a thumbprint). Times are the current time.

Not checked here: signature, times and nonce of the ID token, and whether the user is disabled.";

fn outcome(explained: &Explained) -> String {
    match &explained.refused {
        None if explained.sign_up => "Admitted.".to_owned(),
        None => "Admitted, if the user already exists.".to_owned(),
        Some(why) => format!("Refused: {why}."),
    }
}

fn rules(explained: &Explained) -> Vec<String> {
    let mut lines = vec!["\nRules".to_owned()];
    for rule in &explained.rules {
        let [outcome, values] = of_rule(rule);
        let shows_values = !rule.judged.holds && rule.wanted.is_some();
        lines.extend(std::iter::once(outcome).chain(Some(values).filter(|_| shows_values)));
    }
    if explained.rules.is_empty() {
        lines.push("  no rule is set: every user of the provider may sign in".to_owned());
    }
    if !explained.sign_up {
        lines.push("  only users who already exist may sign in (login.sign_up = false)".to_owned());
    }
    lines
}

/// The outcome of a rule, and what it wants beside what the person has.
pub fn of_rule(Rule { judged, wanted, found }: &Rule) -> [String; 2] {
    let shown = |value: &Option<Value>| cut(value.as_ref().unwrap_or(&Value::Null));
    let outcome = if judged.holds { "yes" } else { "NO " };
    [
        format!("  {outcome}  {}: {}", judged.rule, judged.why),
        format!("       wanted {}, found {}", shown(wanted), shown(found)),
    ]
}

/// The identity, and the notes about it.
fn identity(explained: &Explained) -> Vec<String> {
    let mut lines = vec![format!("\nIdentity\n  {} at {}", explained.sub, explained.provider)];
    if !explained.joins_users_of.is_empty() {
        let providers = explained.joins_users_of.join(", ");
        lines.push(format!("  linked to the one user with this verified e-mail address at: {providers}"));
    }
    if !explained.notes.is_empty() {
        lines.push("\nNotes".to_owned());
    }
    lines.extend(explained.notes.iter().map(|note| format!("  {note}")));
    lines
}

fn user(user: &Profile) -> Vec<String> {
    let verified = match user.email_verified {
        Some(true) if user.email_assumed => "assumed to be verified",
        Some(true) => "verified",
        Some(false) => "not verified",
        None => "the provider does not say whether it is verified",
    };
    let email = user.email.as_ref().map(|email| format!("{email} ({verified})"));
    let members = [
        ("email", &email),
        ("name", &user.name),
        ("preferred_username", &user.preferred_username),
        ("picture", &user.picture),
    ];
    let line = |(name, value): (&str, &Option<String>)| format!("  {name:<18}  {}", value.as_deref().unwrap_or("-"));
    std::iter::once("\nUser".to_owned()).chain(members.into_iter().map(line)).collect()
}

fn groups(explained: &Explained) -> Vec<String> {
    let Some(groups) = &explained.user.groups else { return vec!["\nGroups: unknown".to_owned()] };
    let kept = groups.len();
    let head = match explained.groups_sent.filter(|sent| *sent != kept) {
        Some(sent) => format!("\nGroups ({kept} of {sent})"),
        None => format!("\nGroups ({kept})"),
    };
    std::iter::once(head).chain(groups.iter().map(|group| format!("  {group}"))).collect()
}

/// A value as JSON, cut after 160 characters.
fn cut(value: &Value) -> String {
    const MAX_CHARS: usize = 160;
    if value.is_null() {
        return "nothing".to_owned();
    }
    let text = value.to_string();
    let cut: String = text.chars().take(MAX_CHARS).collect();
    if cut.len() < text.len() { cut + "…" } else { text }
}

fn token_as_text(token: &Token, admitted: bool) -> String {
    let Token { client, header, claims, bytes, max_bytes, largest } = token;
    let largest =
        largest.as_ref().map(|Largest { claim, bytes }| format!(", {bytes} of them for {claim}")).unwrap_or_default();
    let what = if admitted { "Access token" } else { "Access token (would not be issued)" };
    let too_large = if bytes > max_bytes { ": TOO LARGE" } else { "" };
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let header = serde_json::to_value(header).unwrap_or_default();
    format!(
        "\n{what} for {client}: {bytes} bytes of {max_bytes}{largest}{too_large}\n{}\n{}\n",
        pretty(&header),
        pretty(claims)
    )
}
