//! What `vestibule explain` found, for people.

use std::fmt::Write;

use serde_json::Value;

use crate::login::{Explained, Largest, Rule, Token};

/// All of it.
pub fn text(explained: &Explained) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        let _always_written = writeln!(text, "{line}");
    };
    match &explained.refused {
        None if explained.sign_up => line("Admitted."),
        None => line("Admitted, if known already."),
        Some(why) => line(&format!("Refused: {why}.")),
    }
    line("\nRules");
    for Rule { judged, wanted, found } in &explained.rules {
        line(&format!("  {}  {}: {}", if judged.holds { "yes" } else { "NO " }, judged.rule, judged.why));
        if let (false, Some(wanted), Some(found)) = (judged.holds, wanted, found) {
            line(&format!("       wanted {}, found {}", cut(wanted), cut(found)));
        }
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
    if !explained.notes.is_empty() {
        line("\nNotes");
    }
    for note in &explained.notes {
        line(&format!("  {note}"));
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
    let kept = user.groups.len();
    match explained.groups_said.filter(|said| *said != kept) {
        Some(said) => line(&format!("\nGroups ({kept} of {said})")),
        None => line(&format!("\nGroups ({kept})")),
    }
    for group in &user.groups {
        line(&format!("  {group}"));
    }
    for token in &explained.tokens {
        line(&token_as_text(token, explained.admitted));
    }
    line(
        "Made up for this: sub, sid and jti, the place in the status lists, and the kid where it is ??? (it stands for a\n\
         thumbprint, and has its length). Times are of this moment.\n",
    );
    line("Whether signature, times and nonce are right, and whether the user is disabled, only a login can tell.");
    text
}

/// A value as JSON, not longer than a line or two.
fn cut(value: &Value) -> String {
    const LONGEST: usize = 160;
    if value.is_null() {
        return "nothing".to_owned();
    }
    let text = value.to_string();
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { cut + "…" } else { text }
}

fn token_as_text(token: &Token, admitted: bool) -> String {
    let Token { client, header, claims, bytes, max_bytes, largest } = token;
    let largest =
        largest.as_ref().map(|Largest { claim, bytes }| format!(", {bytes} of them for {claim}")).unwrap_or_default();
    let what = if admitted { "Access token" } else { "What would have been the access token" };
    let too_large = if bytes > max_bytes { ": TOO LARGE" } else { "" };
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let header = serde_json::to_value(header).unwrap_or_default();
    format!(
        "\n{what} for {client}: {bytes} bytes of {max_bytes}{largest}{too_large}\n{}\n{}\n",
        pretty(&header),
        pretty(claims)
    )
}
