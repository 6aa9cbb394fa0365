//! What an operator reads about a preset: its page, and the index of all pages. `docs/providers/` is written by this.

use std::fmt::Write;

use serde_json::Value;

use super::layer::preset::Preset;

/// Where the gateway stands in examples.
const EXAMPLE: &str = "https://login.example.com";

/// How wide a paragraph is.
const COLUMNS: usize = 118;

/// The page about a preset, in Markdown.
pub fn page(preset: &Preset) -> String {
    let Preset { name, about, provider } = preset;
    let mut text = format!("# {}\n\n", about.name);
    let mut line = |words: &str| {
        let _always_written = writeln!(text, "{words}");
    };
    line(&format!("`preset = \"{name}\"`, kind `{}`.\n", preset.kind()));
    line(&format!("## Register\n\n{}\n", wrapped(&about.register, "")));
    line("The redirect URI to register is `{public_url}/callback/<id>`. With the lines below and");
    line(&format!("`public_url = \"{EXAMPLE}\"` that is:\n\n```text\n{EXAMPLE}/callback/{name}\n```\n"));
    line(&format!("## Configure\n\n```toml\n{}```\n", snippet(preset)));
    if snippet(preset).contains("/run/secrets/") {
        line("Write the path that your file has in place of the one in `/run/secrets`.\n");
    }
    line("`vestibule config check --probe` then says whether it is reachable and takes the secret.\n");
    line(&format!("## E-mail addresses\n\n{}\n", wrapped(&about.email, "")));
    line(&format!("{}\n", verified(preset)));
    line("## What can go wrong\n");
    for note in &about.notes {
        line(&format!("- {}", wrapped(note, "  ")));
    }
    line("- The redirect URI at the provider must be the one above letter by letter; most of them compare it so.\n");
    line(
        "## What the preset sets\n\nEach of these can be overwritten in `[providers.<id>]`.\n\n| key | value |\n|---|---|",
    );
    for (key, value) in settings(provider, "") {
        line(&format!("| `{key}` | `{value}` |"));
    }
    line("\n## Documentation\n");
    for address in &about.documentation {
        line(&format!("- <{address}>"));
    }
    text
}

/// The index of all pages, in Markdown.
pub fn page_index(presets: &[Preset]) -> String {
    let mut text = String::from(
        "# Providers\n\n\
         A preset is what is known of a provider: endpoints, scopes, where each claim stands, and how it wants to be\n\
         spoken to. `preset = \"github\"` in `[providers.<id>]` takes it, and every key can be overwritten there.\n\
         `vestibule providers` prints this list, `vestibule providers NAME` a page.\n\n\
         At every provider the redirect URI to register is `{public_url}/callback/<id>`.\n\n\
         | provider | preset | kind | to be given | verified e-mail |\n|---|---|---|---|---|\n",
    );
    for preset in presets {
        let needs: Vec<_> = preset.about.needs.iter().map(|key| format!("`{key}`")).collect();
        let verified = preset.verified_by().map_or_else(|| "never".to_owned(), |pointer| format!("`{pointer}`"));
        let (title, name, kind) = (&preset.about.name, preset.name, preset.kind());
        let _always_written =
            writeln!(text, "| [{title}]({name}.md) | `{name}` | `{kind}` | {} | {verified} |", needs.join(", "));
    }
    text.push_str(
        "\nThe last column is the claim that says whether an address was verified. Where it is `never`, the provider\n\
         does not vouch for addresses, or not so that it could be relied on: `allow.email_domains` lets nobody in\n\
         there, and nobody is linked by address.\n\n\
         Any other OpenID provider needs no preset: `issuer`, `client_id` and a secret are enough.\n",
    );
    text
}

/// The lines of a configuration that use a preset.
pub fn snippet(preset: &Preset) -> String {
    let mut text = format!("[providers.{0}]\npreset = \"{0}\"\n", preset.name);
    for key in &preset.about.needs {
        let _always_written = match preset.about.example.get(key) {
            Some(value) => writeln!(text, "{key} = {}", shown(value)),
            None => writeln!(text, "{key}_file = \"/run/secrets/{}\"", preset.name),
        };
    }
    text
}

fn verified(preset: &Preset) -> String {
    match preset.verified_by() {
        Some(pointer) => format!("`email_verified` is taken from `{pointer}`."),
        None => "`claims.email_verified` is empty: no address of this provider counts as verified.".to_owned(),
    }
}

impl Preset {
    /// The protocol that it speaks: `oidc`, `oauth2` or `oauth1`.
    pub fn kind(&self) -> &str {
        self.provider.get("kind").and_then(Value::as_str).unwrap_or("oidc")
    }

    /// The pointer to what says whether an address was verified; none: never.
    pub fn verified_by(&self) -> Option<&str> {
        let pointer = self.provider.get("claims")?.get("email_verified")?.as_str()?;
        Some(pointer).filter(|pointer| !pointer.is_empty())
    }
}

/// A paragraph in lines, each after the first with what stands before it.
fn wrapped(text: &str, before: &str) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && before.len() + line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join(&format!("\n{before}"))
}

/// Every key with its value, as both are written in TOML; tables one level down, by their names.
fn settings(table: &serde_json::Map<String, Value>, before: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (key, value) in table {
        match value {
            Value::Object(inner) if key == "claims" || key == "allow" => {
                all.extend(settings(inner, &format!("{before}{key}.")));
            }
            value => all.push((format!("{before}{key}"), shown(value))),
        }
    }
    all
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains('"') => format!("'{text}'"),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Object(table) => {
            let bare = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
            let key = |key: &String| if bare(key) { key.clone() } else { format!("\"{key}\"") };
            let pairs: Vec<_> = table.iter().map(|(name, value)| format!("{} = {}", key(name), shown(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        plain => plain.to_string(),
    }
}
