//! One TOML text as a layer: its values, and the line of each of its keys.

use std::collections::HashMap;

use serde_json::{Map, Value};
use toml_edit::{Document, Item, TableLike};

use super::problem::{Place, Problem};

/// One layer of the configuration.
pub(crate) struct Layer {
    /// What its values are said to come from.
    pub(crate) name: String,
    /// Its values; a type that TOML has and we have no use for is `Null`.
    pub(crate) values: Map<String, Value>,
    /// The place of each key, by its dotted path; of list items as `path[0]`.
    pub(crate) places: HashMap<String, Place>,
    /// Every key's path, as they were written.
    pub(crate) order: Vec<Vec<String>>,
}

/// Reads a TOML text. Fails with its first syntax error.
pub(crate) fn from_toml(name: &str, text: &str) -> Result<Layer, Problem> {
    let lines = Lines::of(text);
    let document = Document::parse(text).map_err(|error| {
        let line = error.span().map(|span| lines.at(span.start));
        let remedy = match error.message() {
            "duplicate key" => "keep one of them",
            _ => "write key = value lines under [section] headings, texts in quotes",
        };
        Problem {
            place: Place::File(name.to_owned(), line),
            key: String::new(),
            // Only the message: the rest of the error quotes the line, which may hold a secret.
            what: format!("is not TOML here: {}", error.message()),
            remedy: remedy.to_owned(),
        }
    })?;
    let mut reader = Reader { name, lines, places: HashMap::new(), order: Vec::new() };
    let values = reader.table(document.as_table(), &[]);
    Ok(Layer { name: name.to_owned(), values, places: reader.places, order: reader.order })
}

struct Reader<'t> {
    name: &'t str,
    lines: Lines,
    places: HashMap<String, Place>,
    order: Vec<Vec<String>>,
}

impl Reader<'_> {
    fn table(&mut self, table: &dyn TableLike, path: &[String]) -> Map<String, Value> {
        let mut values = Map::new();
        for (key, item) in table.iter() {
            let mut path = path.to_vec();
            path.push(key.to_owned());
            let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            self.note(path.join("."), span);
            self.order.push(path.clone());
            values.insert(key.to_owned(), self.item(item, &path));
        }
        values
    }

    fn item(&mut self, item: &Item, path: &[String]) -> Value {
        if let Some(table) = item.as_table_like() {
            return Value::Object(self.table(table, path));
        }
        match item {
            Item::Value(value) => self.value(value, path),
            Item::ArrayOfTables(tables) => Value::Array(vec![Value::Object(Map::new()); tables.len()]),
            Item::None | Item::Table(_) => Value::Null,
        }
    }

    fn value(&mut self, value: &toml_edit::Value, path: &[String]) -> Value {
        match value {
            toml_edit::Value::String(text) => Value::from(text.value().as_str()),
            toml_edit::Value::Integer(number) => Value::from(*number.value()),
            toml_edit::Value::Float(number) => Value::from(*number.value()),
            toml_edit::Value::Boolean(flag) => Value::from(*flag.value()),
            toml_edit::Value::Datetime(_) => Value::Null,
            toml_edit::Value::InlineTable(table) => Value::Object(self.table(table, path)),
            toml_edit::Value::Array(items) => {
                let read = |(place, item): (usize, &toml_edit::Value)| {
                    self.note(format!("{}[{place}]", path.join(".")), item.span());
                    self.value(item, path)
                };
                items.iter().enumerate().map(read).collect()
            }
        }
    }

    fn note(&mut self, key: String, span: Option<std::ops::Range<usize>>) {
        let line = span.map(|span| self.lines.at(span.start));
        self.places.insert(key, Place::File(self.name.to_owned(), line));
    }
}

/// Where each line begins.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from 1.
    fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|newline| *newline < byte) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_line_of_every_key() {
        let text = "[a]\nb = 1\nc = [\n  \"x\",\n  \"y\",\n]\n[d.e]\nf.g = { h = true }\n";
        let layer = from_toml("x.toml", text).expect("good TOML");
        let line = |key: &str| match layer.places.get(key) {
            Some(Place::File(_, line)) => *line,
            _ => None,
        };
        let keys = ["a", "a.b", "a.c", "a.c[1]", "d.e", "d.e.f", "d.e.f.g.h", "z"];
        assert_eq!(keys.map(line), [Some(1), Some(2), Some(3), Some(5), Some(7), Some(8), Some(8), None]);
    }

    /// LG-08
    #[test]
    fn a_syntax_error_names_its_line_and_quotes_nothing() {
        let text = "[secrets]\nkeys = [\"hunter2\n";
        let Err(problem) = from_toml("x.toml", text) else { panic!("broken TOML") };
        assert_eq!(problem.place, Place::File("x.toml".to_owned(), Some(2)));
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
    }
}
