//! `vestibule config dump`: the effective configuration, with the origin of each value and secrets masked.

use serde_json::Value;

use super::layer::defaults;
use super::layer::effective::Setting;
use super::layer::ids::{IdRule, Ids};
use super::layer::shape::Shape;
use super::load::Loaded;
use super::schema;

const MASK: &str = "********";
/// The column where the comment with the origin begins.
const COLUMN: usize = 60;

/// The effective configuration as TOML. It could be loaded again, except for the masked secrets.
pub fn dump(loaded: &Loaded) -> String {
    let schema = schema::generate();
    let root = Shape::root(&schema);
    let effective = &loaded.effective;
    let is_shown = |setting: &&Setting| {
        let key = setting.path.join(".");
        // Of a secret `x` and its `x_file`, print only the one in use.
        let in_use = !effective.is_given(&format!("{key}_file")) && (!key.ends_with("_file") || setting.is_given());
        // Leave out `providers = {}` and `clients = {}`.
        in_use && setting.path.len() > 1
    };
    let mut settings: Vec<&Setting> = effective.settings.iter().filter(is_shown).collect();
    let order = defaults::order();
    settings.sort_by_cached_key(|setting| rank(&setting.path, &order, &effective.ids));
    let mut lines: Vec<String> = Vec::new();
    let mut section: &[String] = &[];
    for setting in settings {
        let Some((key, table)) = setting.path.split_last() else { continue };
        if table != section {
            lines.push(String::new());
            lines.push(format!("[{}]", table.iter().map(|key| bare_or_quoted(key)).collect::<Vec<_>>().join(".")));
            section = table;
        }
        let shape = setting.path.iter().try_fold(root, |shape, key| shape.child(key));
        let value = if shape.is_some_and(Shape::is_secret) { masked(&setting.value) } else { toml(&setting.value) };
        let line = format!("{} = {value}", bare_or_quoted(key));
        lines.push(format!("{line:<COLUMN$} # {}", setting.origin));
    }
    lines.join("\n").trim_start().to_owned() + "\n"
}

/// The sort key of a setting: sections as in `defaults.toml`, providers and clients as written, keys before sub-tables.
fn rank(path: &[String], order: &[Vec<String>], ids: &Ids) -> (Option<usize>, usize, usize, usize) {
    let general: Vec<&str> = match path {
        [section, _, rest @ ..] if IdRule::of_section(section).is_some() => {
            [section.as_str(), defaults::ANY].into_iter().chain(rest.iter().map(String::as_str)).collect()
        }
        _ => path.iter().map(String::as_str).collect(),
    };
    let written = match path {
        [section, name, ..] => ids.of_section(section).iter().position(|known| known == name),
        _ => None,
    };
    let without_file = |known: &str, key: &str| key == known || key.strip_suffix("_file") == Some(known);
    let same = |known: &Vec<String>| {
        known.len() == general.len() && known.iter().zip(&general).all(|(known, key)| without_file(known, key))
    };
    let place = order.iter().position(same).unwrap_or(usize::MAX);
    let first_of_section = order.iter().position(|known| known.first().map(String::as_str) == general.first().copied());
    (first_of_section, written.unwrap_or_default(), path.len(), place)
}

fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { toml(&Value::from(key)) }
}

fn toml(value: &Value) -> String {
    match value {
        Value::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Object(table) if table.is_empty() => "{}".to_owned(),
        Value::Object(table) => {
            let pair = |(key, value): (&String, &Value)| format!("{} = {}", bare_or_quoted(key), toml(value));
            format!("{{ {} }}", table.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn masked(secret: &Value) -> String {
    match secret {
        Value::Array(keys) => format!("[{}]", keys.iter().map(masked).collect::<Vec<_>>().join(", ")),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => toml(&Value::from(masked_url(text).unwrap_or_else(|| MASK.to_owned()))),
        _ => format!("\"{MASK}\""),
    }
}

/// A database URL without its password; `None` if it is not certain which part is the password.
fn masked_url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "postgres" | "postgresql") || url::Url::parse(text).is_err() {
        return None;
    }
    // Split at the last `@`: a password may contain one that is not percent-encoded.
    let (user, place) = match rest.rsplit_once('@') {
        Some((login, place)) => match login.split_once(':') {
            Some((user, _)) => (format!("{user}:{MASK}@"), place),
            None => (format!("{login}@"), place),
        },
        None => (String::new(), rest),
    };
    let (place, query) = place.split_once('?').map_or((place, None), |(place, query)| (place, Some(query)));
    let query = query.map(|query| query.split('&').map(masked_parameter).collect::<Vec<_>>().join("&"));
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{scheme}://{user}{place}{query}"))
}

/// Masks a query parameter unless it is known to hold no secret: libpq accepts passwords as parameters.
fn masked_parameter(parameter: &str) -> String {
    const NOT_SECRET: [&str; 8] =
        ["sslmode", "host", "port", "user", "dbname", "application_name", "connect_timeout", "target_session_attrs"];
    match parameter.split_once('=') {
        Some((name, _)) if !NOT_SECRET.contains(&name) => format!("{name}={MASK}"),
        _ => parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LG-08: the dump contains no secret.
    #[test]
    fn a_database_url_is_shown_without_its_password() {
        let masked = |text: &str| masked(&Value::from(text));
        let (user, mask) = ("postgres://me", "********");
        assert_eq!(
            masked("postgres://me:pw@db:5432/v?sslmode=require"),
            format!("\"{user}:{mask}@db:5432/v?sslmode=require\"")
        );
        assert_eq!(masked("postgres://me@db/v"), "\"postgres://me@db/v\"");
        assert_eq!(masked("postgres:///v?host=/tmp"), "\"postgres:///v?host=/tmp\"");
        for secret in [
            "postgres://me:hunter2@x@db/v",
            "postgres://me:a/hunter2@db/v",
            "postgres://me:a?hunter2@db/v",
            "postgres://me:hunter2/v",
            "postgres://me@db/v?password=hunter2",
            "postgres://me@db/v?pass%77ord=hunter2",
            "postgres://me@db/v?sslpassword=hunter2&sslmode=require",
            "host=db password=hunter2",
            "hunter2",
        ] {
            assert!(!masked(secret).contains("hunter2"), "{secret} gives {}", masked(secret));
        }
    }
}
