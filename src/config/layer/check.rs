//! Holds one layer against the schema: unknown keys and wrong types. What does not fit is reported and taken out, so
//! that the rest can still be judged.

use serde_json::{Map, Value};

use super::findings::shown;
use super::nearest::{nearest, nearest_word};
use super::problem::{Place, Problem};
use super::shape::{Kind, Shape};
use super::source::Layer;

/// Checks a layer and takes out what does not fit.
pub(crate) fn check(layer: &mut Layer, root: Shape<'_>, problems: &mut Vec<Problem>) {
    let mut values = std::mem::take(&mut layer.values);
    Checker { layer, root, problems }.table(&mut values, root, &mut Vec::new());
    layer.values = values;
}

/// Why a value does not have a shape, and what to write instead; `None` if it has.
pub(crate) fn misfit(value: &Value, shape: Shape<'_>) -> Option<(String, String)> {
    let is = kind_of(value);
    match (shape.kind(), value) {
        (Kind::Table(_) | Kind::Named(_), Value::Object(_))
        | (Kind::List(_), Value::Array(_))
        | (Kind::Flag, Value::Bool(_))
        | (Kind::Text, Value::String(_)) => None,
        (Kind::Choice(words), Value::String(word)) if words.contains(&word.as_str()) => None,
        (Kind::Choice(words), Value::String(word)) => {
            let likely = nearest_word(word, &words).map(|word| format!(", probably \"{word}\"")).unwrap_or_default();
            Some((format!("{} is not known here", shown(word)), format!("write {}{likely}", one_of(&words))))
        }
        (Kind::Number(least, most), Value::Number(number)) => match number.as_i64() {
            Some(number) if (least..=most).contains(&number) => None,
            _ => Some((format!("{number} is out of range"), whole_number(least, most))),
        },
        (Kind::Number(least, most), _) => Some((format!("is {is}, not a number"), whole_number(least, most))),
        (Kind::Table(_) | Kind::Named(_), _) => {
            let usual = "write it as a [section] with key = value lines";
            let remedy = shape.naming().map_or(usual, |naming| naming.sections);
            Some((format!("is {is}, not a section"), remedy.to_owned()))
        }
        (Kind::List(_), _) => Some((format!("is {is}, not a list"), "write a list, as [\"…\", \"…\"]".to_owned())),
        (Kind::Flag, _) => Some((format!("is {is}, not a switch"), "write true or false, without quotes".to_owned())),
        (Kind::Choice(words), _) => Some((format!("is {is}, not a text"), format!("write {}", one_of(&words)))),
        (Kind::Text, _) if shape.is_duration() => {
            let example = shape.example().unwrap_or("30s");
            let remedy = format!("write a number with its unit (ms, s, m, h, d) in quotes, as \"{example}\"");
            Some((format!("is {is}, not a duration"), remedy))
        }
        (Kind::Text, _) => {
            let example = shape.example().map(|example| format!(", as \"{example}\"")).unwrap_or_default();
            Some((format!("is {is}, not a text"), format!("write a text in quotes{example}")))
        }
    }
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
            let fits = self.entry(value, shape, path);
            path.pop();
            fits
        });
    }

    fn entry(&mut self, value: &mut Value, table: Shape<'s>, path: &mut Vec<String>) -> bool {
        let key = path.last().cloned().unwrap_or_default();
        let Some(shape) = table.child(&key) else {
            self.report(&path.join("."), "unknown key", nearest(path, self.root).remedy(|path| path.join(".")));
            return false;
        };
        if let Some(naming) = table.naming().filter(|naming| !naming.accepts(&key)) {
            self.report(&path.join("."), format!("{} cannot be {}", shown(&key), naming.what), naming.remedy);
            return false;
        }
        self.value(value, shape, path)
    }

    fn value(&mut self, value: &mut Value, shape: Shape<'s>, path: &mut Vec<String>) -> bool {
        if let Some((what, remedy)) = misfit(value, shape) {
            self.report(&path.join("."), what, remedy);
            return false;
        }
        match (shape.kind(), value) {
            (Kind::Table(_) | Kind::Named(_), Value::Object(values)) => {
                self.table(values, shape, path);
                true
            }
            (Kind::List(item), Value::Array(values)) => {
                let misfits = values.iter().enumerate().filter_map(|(at, value)| Some((at, misfit(value, item)?)));
                let misfits: Vec<_> = misfits.collect();
                let fits = misfits.is_empty();
                for (at, (what, remedy)) in misfits {
                    self.report(&format!("{}[{at}]", path.join(".")), what, remedy);
                }
                fits
            }
            _ => true,
        }
    }

    fn report(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let place = self.layer.places.get(key).cloned();
        let place = place.unwrap_or_else(|| Place::File(self.layer.name.clone(), None));
        self.problems.push(Problem { place, key: key.to_owned(), what: what.into(), remedy: remedy.into() });
    }
}

fn kind_of(value: &Value) -> &'static str {
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

fn whole_number(least: i64, most: i64) -> String {
    format!("write a whole number from {least} to {most}")
}
