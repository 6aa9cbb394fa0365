//! Cleaning text from providers: PostgreSQL rejects NUL, line breaks forge log lines, and direction marks make one name
//! look like another (RT-39). U+FFFD replaces bytes that were not Unicode, so a text with it differs from the text that
//! was sent.

/// The text without control characters and direction marks, trimmed. Line breaks and tabs become spaces.
pub fn clean(text: &str) -> String {
    let spaced = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    spaced.filter(|c| !is_harmful(*c)).collect::<String>().trim().to_owned()
}

/// The text with U+FFFD in place of each control character and direction mark, so that it does not become equal to another text.
pub fn marked(text: &str) -> String {
    text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether [`clean`] would at most trim the text.
pub fn is_clean(text: &str) -> bool {
    !text.chars().any(is_harmful)
}

/// Whether a text has the form of an error code, such as `invalid_grant`: 1 to 64 lowercase letters and underscores. Only
/// such texts are shown and logged; any other value may be written by an attacker.
pub fn is_error_code(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The text as one quoted value of at most 200 printable ASCII characters, for logs and the steps of a login. Other characters
/// are escaped, and white space is joined.
pub fn quoted(text: &str) -> String {
    const MAX: usize = 200;
    const CUT: &str = "...";
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut whole = String::from("\"");
    for c in joined.chars() {
        let escaped = match c {
            ' '..='~' if c != '"' && c != '\\' => c.to_string(),
            _ => c.escape_default().to_string(),
        };
        if whole.len() + escaped.len() > MAX - CUT.len() - 1 {
            whole.push_str(CUT);
            break;
        }
        whole.push_str(&escaped);
    }
    whole + "\""
}

/// The names that a provider lists, for logs: at most eight.
pub fn shown_names(names: &[String]) -> String {
    const MAX: usize = 8;
    names.iter().take(MAX).map(|name| shown_name(name)).collect::<Vec<_>>().join(", ")
}

/// A name as it is, or quoted and cut if it has other characters or is long.
fn shown_name(name: &str) -> String {
    const MAX: usize = 64;
    let is_plain =
        name.len() <= MAX && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-+".contains(&byte));
    if is_plain && !name.is_empty() { name.to_owned() } else { quoted(&name.chars().take(MAX).collect::<String>()) }
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffd}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RT-39
    #[test]
    fn clean_removes_only_harmful_characters() {
        assert_eq!(clean(" Al\u{0}ice\r\n\u{202e}Smith\u{2066}\u{7f} "), "Alice  Smith");
        assert_eq!(marked(" ad\u{0}min\u{200e}"), " ad\u{fffd}min\u{fffd}");
        assert_eq!(clean("Zoë 👩\u{200d}🚀 日本"), "Zoë 👩\u{200d}🚀 日本");
        assert!(is_clean("Zoë") && !is_clean("a\tb") && !is_clean("\u{feff}a") && !is_clean("a\u{fffd}"));
    }

    #[test]
    fn a_quoted_text_is_bounded_printable_ascii() {
        assert_eq!(quoted("Invalid  scopes:\n a\t\"b\" é"), "\"Invalid scopes: a \\\"b\\\" \\u{e9}\"");
        for long in ["x".repeat(1000), "é".repeat(1000), "\"".repeat(1000)] {
            let text = quoted(&long);
            assert!(text.len() <= 200 && text.ends_with("...\"") && text.is_ascii(), "{text}");
        }
        assert_eq!(quoted("\u{1b}[2J\u{202e}"), "\"\\u{1b}[2J\\u{202e}\"");
    }

    #[test]
    fn a_listed_name_is_shown_as_it_is_or_quoted_and_cut() {
        assert_eq!(shown_name("client_secret_post"), "client_secret_post");
        assert_eq!(shown_name("x; admin signed in"), "\"x; admin signed in\"");
        assert_eq!(shown_name(""), "\"\"");
        assert!(shown_name(&"x".repeat(900_000)).len() < 70);
    }

    #[test]
    fn an_error_code_has_only_lowercase_letters_and_underscores() {
        assert!(is_error_code("invalid_grant") && is_error_code(&"a".repeat(64)));
        for bad in ["", "Invalid", "a b", "a-b", "a1", "é", "<script>", "a\nb", &"a".repeat(65)] {
            assert!(!is_error_code(bad), "{bad}");
        }
    }
}
