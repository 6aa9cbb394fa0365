//! HTML escaping, and the isolation of values whose direction of writing is unknown.

use std::borrow::Cow;

/// U+2068 FIRST STRONG ISOLATE, for text; HTML has the element `bdi`.
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
/// U+2069 POP DIRECTIONAL ISOLATE.
const POP_ISOLATE: char = '\u{2069}';

/// The text with `& < > " '` as character references: safe in HTML text and in quoted attributes.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&#38;"),
            '<' => escaped.push_str("&#60;"),
            '>' => escaped.push_str("&#62;"),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped.into()
}

/// The text in an element that isolates its direction from the sentence around it.
pub(super) fn isolated_html(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// The same for titles and attributes, which have no elements.
pub(super) fn isolated_text(text: &str) -> String {
    isolated(&escape(text))
}

/// Escaped text between the characters that isolate it.
pub(super) fn isolated(escaped: &str) -> String {
    format!("{FIRST_STRONG_ISOLATE}{escaped}{POP_ISOLATE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a \u{e4}"), "a \u{e4}");
        assert_eq!(escape("<a href=\"x\" b='y'>&"), "&#60;a href=&#34;x&#34; b=&#39;y&#39;&#62;&#38;");
        assert_eq!(isolated_html("<b>"), "<bdi>&#60;b&#62;</bdi>");
        assert_eq!(isolated_text("\"x"), "\u{2068}&#34;x\u{2069}");
    }
}
