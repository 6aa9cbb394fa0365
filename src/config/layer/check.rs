//! Checks one layer against the schema: unknown keys, wrong types. An invalid value is reported and removed, so that
//! validation can continue with the rest.

use serde_json::{Map, Value};

use super::problem::{Place, Problem};
use super::shape::{Shape, ValueType};
use super::source::Layer;
use super::suggest::{suggest_key, suggest_word};
use super::validator::quoted;

/// Checks a layer, and removes invalid values from it.
pub(crate) fn check(layer: &mut Layer, root: Shape<'_>, problems: &mut Vec<Problem>) {
    let mut values = std::mem::take(&mut layer.values);
    Checker { layer, root, problems }.table(&mut values, root, &mut Vec::new());
    layer.values = values;
}

/// The error in the type of a value and its remedy; `None` if the type is right.
pub(crate) fn mismatch(value: &Value, shape: Shape<'_>) -> Option<(String, String)> {
    let is = type_name(value);
    match (shape.value_type(), value) {
        (ValueType::Table(_) | ValueType::Named(_), Value::Object(_))
        | (ValueType::List(_), Value::Array(_))
        | (ValueType::Flag | ValueType::FlagOr(_), Value::Bool(_))
        | (ValueType::Any, _)
        | (ValueType::Text, Value::String(_)) => None,
        (ValueType::Choice(words) | ValueType::FlagOr(words), Value::String(word))
            if words.contains(&word.as_str()) =>
        {
            None
        }
        (ValueType::FlagOr(words), _) => {
            Some((format!("is {is}, not one of the known values"), format!("write true, false or {}", one_of(&words))))
        }
        (ValueType::Choice(words), Value::String(word)) => Some(unknown_word(word, &words)),
        (ValueType::Number(min, max), Value::Number(number)) => match number.as_i64() {
            Some(number) if (min..=max).contains(&number) => None,
            _ => Some((format!("{number} is out of range"), whole_number(min, max))),
        },
        (ValueType::Number(min, max), _) => Some((format!("is {is}, not a number"), whole_number(min, max))),
        (ValueType::Table(_) | ValueType::Named(_), _) => Some(not_a_section(is, shape)),
        (ValueType::List(_), _) => Some((format!("is {is}, not a list"), "write a list, as [\"…\", \"…\"]".to_owned())),
        (ValueType::Flag, _) => {
            Some((format!("is {is}, not a boolean"), "write true or false, without quotes".to_owned()))
        }
        (ValueType::Choice(words), _) => Some((format!("is {is}, not a text"), format!("write {}", one_of(&words)))),
        (ValueType::Text, _) => Some(not_a_text(is, shape)),
    }
}

fn unknown_word(word: &str, known: &[&str]) -> (String, String) {
    let likely = suggest_word(word, known).map(|word| format!(", probably \"{word}\"")).unwrap_or_default();
    (format!("{} is not one of the known values", quoted(word)), format!("write {}{likely}", one_of(known)))
}

fn not_a_section(is: &str, shape: Shape<'_>) -> (String, String) {
    let default = "write it as a [section] with key = value lines";
    let remedy = shape.id_rule().map_or(default, |id_rule| id_rule.sections);
    (format!("is {is}, not a section"), remedy.to_owned())
}

fn not_a_text(is: &str, shape: Shape<'_>) -> (String, String) {
    if shape.is_duration() {
        let example = shape.example().unwrap_or("30s");
        let remedy = format!("write a number with its unit (ms, s, m, h, d) in quotes, as \"{example}\"");
        return (format!("is {is}, not a duration"), remedy);
    }
    let example = shape.example().map(|example| format!(", as \"{example}\"")).unwrap_or_default();
    (format!("is {is}, not a text"), format!("write a text in quotes{example}"))
}

struct Checker<'a, 's> {
    layer: &'a Layer,
    root: Shape<'s>,
    problems: &'a mut Vec<Problem>,
}

impl<'s> Checker<'_, 's> {
    fn table(&mut self, values: &mut Map<String, Value>, shape: Shape<'s>, path: &mut Vec<String>) {
        values.retain(|key, value| {
            path.push(key.clone());
            let is_valid = self.entry(value, shape, path);
            path.pop();
            is_valid
        });
    }

    fn entry(&mut self, value: &mut Value, table: Shape<'s>, path: &mut Vec<String>) -> bool {
        let key = path.last().cloned().unwrap_or_default();
        let Some(shape) = table.child(&key) else {
            self.report(
                &path.join("."),
                "unknown key",
                suggest_key(&without_positions(path), self.root).remedy(|path| path.join(".")),
            );
            return false;
        };
        if let Some(id_rule) = table.id_rule().filter(|id_rule| !id_rule.accepts(&key)) {
            self.report(&path.join("."), format!("{} cannot be {}", quoted(&key), id_rule.what), id_rule.remedy);
            return false;
        }
        self.value(value, shape, path)
    }

    fn value(&mut self, value: &mut Value, shape: Shape<'s>, path: &mut Vec<String>) -> bool {
        if let Some((what, remedy)) = mismatch(value, shape) {
            self.report(&path.join("."), what, remedy);
            return false;
        }
        match (shape.value_type(), value) {
            (ValueType::Table(_) | ValueType::Named(_), Value::Object(values)) => {
                self.table(values, shape, path);
                true
            }
            (ValueType::List(item), Value::Array(values)) => {
                let mismatches =
                    values.iter().enumerate().filter_map(|(index, value)| Some((index, mismatch(value, item)?)));
                let mismatches: Vec<_> = mismatches.collect();
                let is_valid = mismatches.is_empty();
                self.tables_of_list(values, item, path);
                for (index, (what, remedy)) in mismatches {
                    self.report(&format!("{}[{index}]", path.join(".")), what, remedy);
                }
                is_valid
            }
            _ => true,
        }
    }

    /// Checks the keys of the tables in a list.
    fn tables_of_list(&mut self, values: &mut [Value], item: Shape<'s>, path: &mut Vec<String>) {
        let Some(name) = path.pop() else { return };
        for (at, value) in values.iter_mut().enumerate() {
            if let (ValueType::Table(_), Value::Object(values)) = (item.value_type(), value) {
                path.push(format!("{name}[{at}]"));
                self.table(values, item, path);
                path.pop();
            }
        }
        path.push(name);
    }

    fn report(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let place = self.layer.places.get(key).cloned();
        let place = place.unwrap_or_else(|| Place::File(self.layer.name.clone(), None));
        self.problems.push(Problem {
            place,
            key: key.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
            excerpt: None,
        });
    }
}

/// The path without the positions in lists: `rules` for `rules[0]`.
fn without_positions(path: &[String]) -> Vec<String> {
    path.iter().map(|key| key.split('[').next().unwrap_or(key).to_owned()).collect()
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "a date or time",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a section",
    }
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("one of {}", quoted.join(", "))
}

fn whole_number(min: i64, max: i64) -> String {
    format!("write a whole number from {min} to {max}")
}
