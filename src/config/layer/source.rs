//! Reads one TOML text as a layer: its values, and the line of each key.

use std::collections::HashMap;

use serde_json::{Map, Value};
use toml_edit::{Document, Item, TableLike};

use super::problem::Place;

/// One layer: a file, the environment, a preset, or the defaults.
pub(crate) struct Layer {
    /// The origin that is shown for its values: the file's name, `environment`, `preset NAME` or `default`.
    pub(crate) name: String,
    /// The values; a TOML type that no key uses (date, time) is `Null`.
    pub(crate) values: Map<String, Value>,
    /// The place of each key by its dotted path, and of each list item as `path[0]`.
    pub(crate) places: HashMap<String, Place>,
    /// The path of every key, in the order of the text.
    pub(crate) order: Vec<Vec<String>>,
}

/// Why a text is not valid TOML. It has no `Display`: `syntax` makes a problem of it that shows no secret.
pub(crate) struct SyntaxError {
    /// Where the error begins, in bytes.
    pub(crate) at: usize,
    /// The place after its last byte in the text.
    pub(crate) end: usize,
    /// The message of the parser, which does not quote the text.
    pub(crate) message: String,
}

/// Reads a TOML text. Fails with the first syntax error.
pub(crate) fn from_toml(name: &str, text: &str) -> Result<Layer, SyntaxError> {
    let lines = Lines::of(text);
    let document = Document::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(text.len()..text.len());
        SyntaxError { at: span.start, end: span.end, message: error.message().to_owned() }
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
            // The keys of a list's tables are not keys of the configuration by themselves.
            if !path.iter().any(|key| key.ends_with(']')) {
                self.order.push(path.clone());
            }
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
            Item::ArrayOfTables(tables) => {
                let read = |(at, table): (usize, &toml_edit::Table)| {
                    let path = item_of(path, at);
                    self.note(path.join("."), table.span());
                    Value::Object(self.table(table, &path))
                };
                tables.iter().enumerate().map(read).collect()
            }
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
                let read = |(at, item): (usize, &toml_edit::Value)| {
                    let path = item_of(path, at);
                    self.note(path.join("."), item.span());
                    self.value(item, &path)
                };
                items.iter().enumerate().map(read).collect()
            }
        }
    }

    fn note(&mut self, key: String, span: Option<std::ops::Range<usize>>) {
        let line = span.map(|span| self.lines.number(span.start));
        self.places.insert(key, Place::File(self.name.to_owned(), line));
    }
}

/// The path of an item of a list: `rules[0]` below the path of the table.
fn item_of(path: &[String], at: usize) -> Vec<String> {
    let Some((last, table)) = path.split_last() else { return Vec::new() };
    [table, &[format!("{last}[{at}]")]].concat()
}

/// The byte offset of each newline.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The number of the line that holds this byte, from 1.
    fn number(&self, byte: usize) -> usize {
        self.0.partition_point(|newline| *newline < byte) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_line() {
        let text = "[a]\nb = 1\nc = [\n  \"x\",\n  \"y\",\n]\n[d.e]\nf.g = { h = true }\n";
        let layer = from_toml("x.toml", text).unwrap_or_else(|error| panic!("{}", error.message));
        let line = |key: &str| match layer.places.get(key) {
            Some(Place::File(_, line)) => *line,
            _ => None,
        };
        let keys = ["a", "a.b", "a.c", "a.c[1]", "d.e", "d.e.f", "d.e.f.g.h", "z"];
        assert_eq!(keys.map(line), [Some(1), Some(2), Some(3), Some(5), Some(7), Some(8), Some(8), None]);
    }
}
