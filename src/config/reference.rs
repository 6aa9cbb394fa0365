//! `vestibule config reference`: every key with its default and its meaning, as a valid TOML file.

use toml_edit::{Document, Item};

use super::layer::defaults;
use super::layer::ids::IdRule;
use super::layer::shape::Shape;
use super::schema;

/// The column where the comment with the meaning begins.
const COLUMN: usize = 46;

/// Every key with its default. The comments are the doc comments of the fields of the section types.
pub fn reference() -> String {
    let schema = schema::generate();
    let root = Shape::root(&schema);
    let Ok(defaults) = Document::parse(defaults::TEXT) else { return String::new() };
    let mut lines = Vec::new();
    for path in defaults::order() {
        let shape = path.iter().try_fold(root, |shape, key| shape.child(key));
        let item = path.iter().try_fold(defaults.as_item(), |item, key| item.get(key));
        match (shape, item) {
            (Some(shape), Some(Item::Value(value))) => lines.push(key_line(&path, value, shape)),
            (Some(shape), Some(_)) if shape.id_rule().is_none() => {
                lines.push(String::new());
                lines.push(format!("[{}]", shown_path(&path)));
                lines.extend(
                    Some(shape.description()).filter(|about| !about.is_empty()).map(|about| format!("# {about}")),
                );
            }
            _ => {}
        }
    }
    lines.join("\n").trim_start().to_owned() + "\n"
}

fn key_line(path: &[String], value: &toml_edit::Value, shape: Shape<'_>) -> String {
    let key = path.last().map(String::as_str).unwrap_or_default();
    let setting = format!("{key} = {}", value.to_string().trim());
    let file_key = if shape.is_secret() { format!("; or {key}_file = \"/path\"") } else { String::new() };
    format!("{setting:<COLUMN$} # {}{file_key}", shape.description())
}

fn shown_path(path: &[String]) -> String {
    let example = path.first().and_then(|section| IdRule::of_section(section)).map(|id_rule| id_rule.example);
    let quoted = |key: &'_ String| example.filter(|_| key == defaults::ANY).map_or_else(|| key.clone(), str::to_owned);
    path.iter().map(quoted).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_default_and_a_comment() {
        let text = reference();
        assert!(text.starts_with("[server]\n"), "{text}");
        for line in ["[sessions.cookie]", "[providers.corp]", "[clients.web]", "idle_timeout = \"7d\"", "url_file"] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        for line in text.lines().filter(|line| line.contains(" = ")) {
            assert!(line.split_once(" # ").is_some_and(|(_, comment)| comment.len() > 3), "{line} has no comment");
        }
        Document::parse(text.as_str()).expect("the reference is TOML");
    }
}
