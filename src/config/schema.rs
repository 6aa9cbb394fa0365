//! The JSON Schema of the configuration, generated from the types, with the defaults and the `*_file` twins in it.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Map, Value, json};

use super::layer::defaults;
use super::whole::RawConfig;

/// The JSON Schema (draft 2020-12) of a configuration file, for editors and for other programs.
pub fn schema() -> String {
    let text = serde_json::to_string_pretty(&generate()).unwrap_or_default();
    text + "\n"
}

/// The schema as a value: the one truth about which keys there are and what they hold.
pub(crate) fn generate() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let settings = settings.with_transform(RecursiveTransform(|schema: &mut schemars::Schema| {
        // Every key has a default; what must be given nevertheless is for the rules to say.
        schema.remove("required");
    }));
    let mut schema = settings.into_generator().into_root_schema_for::<RawConfig>().to_value();
    add_defaults(&mut schema, &defaults::values());
    add_twins(&mut schema);
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

/// Beside every secret `x` stands `x_file`, the path of a file that holds it.
fn add_twins(schema: &mut Value) {
    if let Some(entry) = schema.get_mut("additionalProperties") {
        add_twins(entry);
    }
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    properties.values_mut().for_each(add_twins);
    let secret = |(_, property): &(&String, &Value)| property.get("writeOnly") == Some(&Value::Bool(true));
    let twins: Map<String, Value> = properties
        .iter()
        .filter(secret)
        .map(|(key, property)| (format!("{key}_file"), twin_of(key, property)))
        .collect();
    properties.extend(twins);
}

fn twin_of(key: &str, secret: &Value) -> Value {
    let content = if secret["type"] == "array" { "one a line" } else { "without the newline at its end" };
    json!({
        "type": "string",
        "default": "",
        "description": format!("instead of {key}: the path of a file that holds it, {content}"),
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
        let is_twin = |key: &str| key.strip_suffix("_file").is_some_and(|of| properties.get(of).is_some());
        let known: Vec<_> = keys(properties).into_iter().filter(|key| !is_twin(key)).collect();
        assert_eq!(known, keys(defaults), "keys of [{at}] in the types and in defaults.toml");
        for (key, default) in defaults.as_object().into_iter().flatten() {
            if properties[key].get("properties").is_some() {
                assert_same_keys(&properties[key], default, key);
            }
        }
    }

    #[test]
    fn every_key_has_a_default_and_every_default_a_key() {
        let (schema, defaults) = (generate(), defaults::values());
        assert_same_keys(&schema, &defaults, "");
        for section in ["providers", "clients"] {
            let any = &schema["properties"][section]["additionalProperties"];
            assert_same_keys(any, &defaults[section]["*"], section);
        }
    }

    #[test]
    fn knows_twins_defaults_and_nothing_unknown() {
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
