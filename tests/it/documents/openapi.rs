//! The schemas of answers in docs/openapi.yaml are those of the structs.

use std::path::Path;

use serde_json::{Map, Value};
use vestibule::web;

const BEGIN: &str = "    # Generated from the answers in src/web, see tests/it/documents/openapi.rs\n";
const END: &str = "    # End of the generated schemas\n";
/// The longest line, in characters.
const WIDTH: usize = 118;

/// To update them: `UPDATE_REFERENCE=1 cargo test --features dev --test it documents::openapi`.
#[test]
fn the_schemas_of_answers_are_those_of_the_structs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.yaml");
    let text = std::fs::read_to_string(&path).expect("docs/openapi.yaml");
    let (before, rest) = text.split_once(BEGIN).expect("the schemas begin");
    let (documented, after) = rest.split_once(END).expect("the schemas end");
    let mut lines = Vec::new();
    for (name, schema) in web::answer_schemas() {
        member(&name, &simplified(&schema, name == "SpaLogin"), 4, &mut lines);
    }
    let generated = lines.join("\n") + "\n";
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{generated}{END}{after}")).expect("docs/openapi.yaml");
        return;
    }
    assert_eq!(
        documented, generated,
        "docs/openapi.yaml is behind; run UPDATE_REFERENCE=1 cargo test --features dev --test it documents::openapi"
    );
}

/// The schema without what says nothing in a document: Rust's integer types, a constant for each word of an enum, and the
/// null of members that are left out instead. With `nulls` these stay: the tokens of the SPA flow are null, or all missing.
fn simplified(schema: &Value, nulls: bool) -> Value {
    let mut simple = Map::new();
    for (key, value) in schema.as_object().expect("a schema") {
        let value = match key.as_str() {
            "format" if value.as_str().is_some_and(|format| format.starts_with("uint")) => continue,
            "properties" => properties(schema, value, nulls),
            "oneOf" => words(value),
            "items" | "additionalProperties" if value.is_object() => simplified(value, nulls),
            _ => value.clone(),
        };
        simple.insert(if key == "oneOf" { "enum".to_owned() } else { key.clone() }, value);
    }
    Value::Object(simple)
}

fn properties(schema: &Value, members: &Value, nulls: bool) -> Value {
    let required = |name: &String| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let simple = members.as_object().expect("members").iter().map(|(name, member)| {
        let member = simplified(member, nulls);
        let member = if nulls || required(name) { member } else { without_null(member) };
        (name.clone(), member)
    });
    Value::Object(simple.collect())
}

fn without_null(mut member: Value) -> Value {
    if let Some([first, Value::String(null)]) = member["type"].as_array().map(Vec::as_slice)
        && null == "null"
    {
        member["type"] = first.clone();
    }
    let choice = member["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["type"] != "null")).cloned();
    if let (Some(Value::Object(choice)), Some(members)) = (choice, member.as_object_mut()) {
        members.remove("anyOf");
        for (key, value) in choice {
            members.entry(key).or_insert(value);
        }
        return simplified(&member, false);
    }
    member
}

/// The words of an enum.
fn words(choices: &Value) -> Value {
    choices.as_array().expect("choices").iter().map(|choice| choice["const"].clone()).collect()
}

/// Writes `key: value` in YAML, below `indent` spaces.
fn member(key: &str, value: &Value, indent: usize, to: &mut Vec<String>) {
    let space = " ".repeat(indent);
    match value {
        Value::Object(members) => {
            let flow = format!("{space}{key}: {}", flow(value));
            let is_small = members.values().all(|value| !value.is_object()) && members.len() < 4;
            if is_small && flow.chars().count() < WIDTH {
                to.push(flow);
                return;
            }
            to.push(format!("{space}{key}:"));
            members.iter().for_each(|(key, value)| member(key, value, indent + 2, to));
        }
        Value::String(text) if text.len() + indent + key.len() > WIDTH - 4 => {
            to.push(format!("{space}{key}: >-"));
            let mut line = String::new();
            for word in text.split_whitespace() {
                if line.len() + word.len() + indent + 3 > WIDTH {
                    to.push(format!("{space}  {line}"));
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            to.push(format!("{space}  {line}"));
        }
        Value::Array(items) if flow(value).chars().count() + indent + key.len() > WIDTH - 4 => {
            to.push(format!("{space}{key}:"));
            to.extend(items.iter().map(|item| format!("{space}  - {}", flow(item))));
        }
        other => to.push(format!("{space}{key}: {}", flow(other))),
    }
}

/// A value in one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<_> =
                members.iter().map(|(key, value)| format!("{}: {}", name(key), flow(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => name(text),
        other => other.to_string(),
    }
}

/// A text, in quotes where YAML would read another value.
fn name(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) && text != "null";
    if is_plain { text.to_owned() } else { format!("{text:?}") }
}
