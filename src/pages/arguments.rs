//! The arguments of a message, and how they are put into its text.
//!
//! Fluent gets a marker in place of each text: one character of a private use area. The text of the message is escaped first,
//! and then each marker is replaced. So neither a message nor a value can become markup.

use fluent_bundle::FluentArgs;

use super::markup::{escape, isolated_html, isolated_text};

/// The first marker: U+E000, the beginning of the Private Use Area.
const FIRST_MARKER: u32 = 0xE000;
/// The maximum number of arguments of one message.
const MAX_ARGUMENTS: u32 = 32;

/// The form of a message: for the content of an element, or for a title or an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// HTML. Each value is isolated by `bdi`.
    Html,
    /// Text, escaped for HTML. Each value is isolated by control characters.
    Plain,
}

/// The value of an argument.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    /// A text of unknown origin. It is escaped.
    Text(String),
    /// HTML of a filter or of another message.
    Markup(String),
    /// A number, by which a message can select a plural form.
    Number(i64),
}

/// The arguments of one message, by name.
#[derive(Default)]
pub(super) struct Arguments(Vec<(String, Argument)>);

impl Arguments {
    /// Adds an argument. Arguments beyond the maximum are left out.
    pub(super) fn push(&mut self, name: &str, value: Argument) {
        if (self.0.len() as u64) < u64::from(MAX_ARGUMENTS) {
            self.0.push((name.to_owned(), value));
        }
    }

    /// The arguments as Fluent gets them.
    pub(super) fn markers(&self) -> FluentArgs<'static> {
        let mut arguments = FluentArgs::with_capacity(self.0.len());
        for ((name, value), marker) in self.0.iter().zip(markers()) {
            match value {
                Argument::Number(number) => arguments.set(name.clone(), *number),
                Argument::Text(_) | Argument::Markup(_) => arguments.set(name.clone(), marker.to_string()),
            }
        }
        arguments
    }

    /// The formatted message with its values, escaped.
    pub(super) fn fill(&self, message: &str, form: Form) -> String {
        let message = escape(message);
        let mut filled = String::with_capacity(message.len() + 32 * self.0.len());
        for character in message.chars() {
            match (self.at(character), form) {
                (Some(Argument::Text(text)), Form::Html) => filled.push_str(&isolated_html(text)),
                (Some(Argument::Text(text)), Form::Plain) => filled.push_str(&isolated_text(text)),
                (Some(Argument::Markup(markup)), _) => filled.push_str(markup),
                (Some(Argument::Number(_)) | None, _) => filled.push(character),
            }
        }
        filled
    }

    fn at(&self, marker: char) -> Option<&Argument> {
        let place = u32::from(marker).checked_sub(FIRST_MARKER)?;
        self.0.get(usize::try_from(place).ok()?).map(|(_, value)| value)
    }
}

fn markers() -> impl Iterator<Item = char> {
    (FIRST_MARKER..FIRST_MARKER + MAX_ARGUMENTS).filter_map(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_message_nor_a_value_becomes_markup() {
        let mut arguments = Arguments::default();
        arguments.push("a", Argument::Text("<i>\u{E001}".into()));
        arguments.push("b", Argument::Markup("<b>x</b>".into()));
        let message = "<p> \u{E000} & \u{E001}";
        assert_eq!(
            arguments.fill(message, Form::Html),
            "&#60;p&#62; <bdi>&#60;i&#62;\u{E001}</bdi> &#38; <b>x</b>",
            "a marker in a value is not replaced"
        );
        assert!(arguments.fill(message, Form::Plain).contains("\u{2068}&#60;i&#62;\u{E001}\u{2069}"));
    }
}
