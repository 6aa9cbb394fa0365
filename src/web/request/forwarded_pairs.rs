//! The grammar of the header `Forwarded` (RFC 7239 §4): elements between commas, in each of them pairs between semicolons. Neither
//! separates inside a quoted string.

use std::borrow::Cow;

/// One parameter of an element: `name=value`.
pub struct Pair<'a> {
    /// The name, without white space around it.
    pub name: &'a str,
    /// The content of the quoted string, or the token; `None` where the pair has no `=`.
    pub value: Option<Cow<'a, str>>,
    /// Whether it has white space beside `=` or at the beginning of the value, or a backslash in the quoted string. Servers do not
    /// agree on these.
    pub is_ambiguous: bool,
}

/// The elements of a line, with their pairs; `None` if a quotation mark is at another position than around a whole
/// value. A client could otherwise open a quoted string that swallows the element of the proxy which appends to its
/// line.
pub fn elements(line: &str) -> Option<Vec<Vec<Pair<'_>>>> {
    let pairs = |element| split(element, ';').map(str::trim).filter(|pair| !pair.is_empty()).map(pair).collect();
    split(line, ',').map(pairs).collect()
}

fn pair(text: &str) -> Option<Pair<'_>> {
    let Some((name, value)) = text.split_once('=') else {
        return (!text.contains('"') || is_quoted_string(text)).then_some(Pair {
            name: text,
            value: None,
            is_ambiguous: true,
        });
    };
    let (plain_name, plain_value) = (name.trim_end(), value.trim_start());
    if name.contains('"') || plain_value.contains('"') && !is_quoted_string(plain_value) {
        return None;
    }
    let has_space = plain_name != name || plain_value != value || plain_value.starts_with("\" ");
    let is_ambiguous = has_space || plain_value.contains('\\');
    Some(Pair { name: plain_name, value: Some(unquoted(plain_value)), is_ambiguous })
}

/// Whether a text is one whole quoted string (RFC 9110 §5.6.4).
fn is_quoted_string(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        let is_good = match character {
            '"' => false,
            '\\' => characters.next().is_some(),
            _ => true,
        };
        if !is_good {
            return false;
        }
    }
    true
}

/// The parts between separators that are outside quoted strings.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |letter| {
        let ends = letter == separator && !is_quoted;
        (is_quoted, is_escaped) = match letter {
            _ if is_escaped => (is_quoted, false),
            '\\' if is_quoted => (true, true),
            '"' => (!is_quoted, false),
            _ => (is_quoted, false),
        };
        ends
    })
}

/// The content of a quoted string, or the token as it is.
fn unquoted(value: &str) -> Cow<'_, str> {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.into() };
    if !inner.contains('\\') {
        return inner.into();
    }
    let (mut text, mut is_escaped) = (String::new(), false);
    for character in inner.chars() {
        if character == '\\' && !is_escaped {
            is_escaped = true;
        } else {
            is_escaped = false;
            text.push(character);
        }
    }
    text.into()
}
