//! The JSON Schema of the configuration, generated from the types of the sections, with the defaults and the `*_file` keys.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Map, Value, json};

use super::configuration::RawConfig;
use super::layer::defaults;

/// The JSON Schema (draft 2020-12) of a configuration file, as text.
pub fn schema() -> String {
    let mut schema = generate();
    remove_internal(&mut schema);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// Removes the keywords that only this program knows.
fn remove_internal(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.retain(|keyword, _| !keyword.starts_with("x-"));
            members.values_mut().for_each(remove_internal);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_internal),
        _ => {}
    }
}

/// The JSON Schema as a value. It is the only source of which keys exist and of which type they are.
pub(crate) fn generate() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let settings = settings.with_transform(RecursiveTransform(|schema: &mut schemars::Schema| {
        // Every key has a default, so none is required here; validation reports those that must be set.
        schema.remove("required");
    }));
    let mut schema = settings.into_generator().into_root_schema_for::<RawConfig>().to_value();
    add_defaults(&mut schema, &defaults::values());
    add_file_keys(&mut schema);
    schema
}

fn add_defaults(schema: &mut Value, defaults: &Value) {
    let Value::Object(defaults) = defaults else { return };
    if let Some(any) = defaults.get("*")
        && let Some(entry) = schema.get_mut("additionalProperties")
    {
        add_defaults(entry, any);
    }
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (key, property) in properties {
        match defaults.get(key) {
            Some(table @ Value::Object(entries)) if !entries.is_empty() => add_defaults(property, table),
            Some(default) => {
                property["default"] = default.clone();
            }
            None => {}
        }
    }
}

/// Adds a key `x_file` for every secret `x`: the path of a file that holds the secret.
fn add_file_keys(schema: &mut Value) {
    if let Some(entry) = schema.get_mut("additionalProperties") {
        add_file_keys(entry);
    }
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    properties.values_mut().for_each(add_file_keys);
    let secret = |(_, property): &(&String, &Value)| property.get("writeOnly") == Some(&Value::Bool(true));
    let file_keys: Map<String, Value> = properties
        .iter()
        .filter(secret)
        .map(|(key, property)| (format!("{key}_file"), file_key(key, property)))
        .collect();
    properties.extend(file_keys);
}

fn file_key(key: &str, secret: &Value) -> Value {
    let content = if secret["type"] == "array" { "one per line" } else { "a final newline is removed" };
    json!({
        "type": "string",
        "default": "",
        "description": format!("instead of {key}: path of a file that holds it; {content}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(value: &Value) -> Vec<&String> {
        value.as_object().map(|table| table.keys().collect()).unwrap_or_default()
    }

    fn assert_same_keys(schema: &Value, defaults: &Value, at: &str) {
        let properties = &schema["properties"];
        let is_file_key = |key: &str| key.strip_suffix("_file").is_some_and(|of| properties.get(of).is_some());
        let known: Vec<_> = keys(properties).into_iter().filter(|key| !is_file_key(key)).collect();
        assert_eq!(known, keys(defaults), "keys of [{at}] in the types and in defaults.toml");
        for (key, default) in defaults.as_object().into_iter().flatten() {
            if properties[key].get("properties").is_some() {
                assert_same_keys(&properties[key], default, key);
            }
        }
    }

    #[test]
    fn keys_and_defaults_match() {
        let (schema, defaults) = (generate(), defaults::values());
        assert_same_keys(&schema, &defaults, "");
        for section in ["providers", "clients"] {
            let any = &schema["properties"][section]["additionalProperties"];
            assert_same_keys(any, &defaults[section]["*"], section);
        }
    }

    #[test]
    fn the_schema_has_file_keys_and_defaults_and_refuses_unknown_keys() {
        let schema = generate();
        let database = &schema["properties"]["database"];
        assert_eq!(database["properties"]["url_file"]["type"], "string");
        assert_eq!(database["properties"]["acquire_timeout"]["default"], "2s");
        assert_eq!(database["additionalProperties"], false);
        assert_eq!(schema["additionalProperties"], false);
        assert!(schema.get("$defs").is_none() && schema.get("required").is_none());
        let provider = &schema["properties"]["providers"]["additionalProperties"];
        assert_eq!(provider["properties"]["client_secret_file"]["default"], "");
        assert_eq!(provider["properties"]["timeout"]["default"], "5s");
    }
}
