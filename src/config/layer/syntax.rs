//! The problem of a text that is not valid TOML: its place, plain words, and the line with a mark under the error. Values
//! that may be secrets are not shown.

use super::excerpt;
use super::problem::{Place, Problem};
use super::shape::Shape;
use super::source::{self, SyntaxError};

/// The words for the messages of the parser, by their beginning: what is wrong, and what to write.
const WORDS: [(&str, &str, &str); 32] = [
    ("unclosed table", "the section heading has no `]` at its end", "write it as [section]"),
    ("unclosed array table", "the section heading has no `]]` at its end", "write it as [[section]]"),
    ("missing value", NO_VALUE, A_VALUE),
    ("string values must be quoted", "the value is a text without quotes", A_VALUE),
    ("key with no value", "there is no `=` after the key", A_LINE),
    ("missing assignment", "there is no `=` after the key", A_LINE),
    ("extra `=`", "there is a second `=`", A_LINE),
    ("extra assignment", "there is a second `=`", A_LINE),
    ("invalid basic string", NOT_CLOSED, "write a `\"` at its end"),
    ("invalid literal string", NOT_CLOSED, "write a `'` at its end"),
    ("invalid multi-line basic string", NOT_CLOSED, "write `\"\"\"` at its end"),
    ("invalid multi-line literal string", NOT_CLOSED, "write `'''` at its end"),
    (
        "missing escaped value",
        "a backslash in the text is not followed by one of the letters that it may stand before",
        "write `\\\\` for a backslash, or the text in single quotes",
    ),
    (
        "unexpected key or value",
        "there is something after the value or the heading",
        "begin a new line for each key; a comment begins with `#`",
    ),
    ("unexpected content", "there is something after the value or the heading", "begin a new line for each key"),
    ("unclosed array", "a list is not closed", "write a `]` at its end"),
    ("missing comma between array", "there is no comma between two items of the list", "write a comma"),
    ("extra comma", "there is a comma too many", "remove it"),
    ("unclosed inline table", "a table in braces is not closed", "write a `}` at its end"),
    ("missing comma between key", "there is no comma between two keys in braces", "write a comma"),
    ("invalid boolean", "the value is not true or false", "write true or false in lower case, and texts in quotes"),
    ("invalid unquoted key", "the key has another character than letters, digits, `-` and `_`", "remove it"),
    ("unquoted keys cannot be empty", "there is no key before the `=`", A_LINE),
    ("invalid float", NO_NUMBER, A_VALUE),
    ("invalid integer", NO_NUMBER, A_VALUE),
    ("invalid date", NO_NUMBER, A_VALUE),
    ("invalid time", NO_NUMBER, A_VALUE),
    ("invalid hexadecimal", NO_NUMBER, A_VALUE),
    ("invalid octal", NO_NUMBER, A_VALUE),
    ("invalid binary", NO_NUMBER, A_VALUE),
    ("unexpected leading zero", "the number begins with 0", "remove the 0, or write a text in quotes"),
    ("carriage return", "a line ends with a carriage return alone", "save the file with line feeds (LF)"),
];
const NO_VALUE: &str = "there is no value after the `=`";
const NO_NUMBER: &str = "the value begins as a number and is none";
const NOT_CLOSED: &str = "the text in quotes is not closed in its line, or has a control character";
const A_VALUE: &str = "write a text in quotes, as \"30s\"; numbers, true and false have none";
const A_LINE: &str = "write key = value";
/// The remedy for what has no words of its own.
const ANY: &str = "write key = value lines under [section] headings, texts in quotes";
/// Quotation marks of text processors.
const CURLY: [char; 6] = ['“', '”', '„', '‘', '’', '«'];

/// The problem of a file with this text. `root` is the schema, which says which values are secret.
pub(crate) fn problem(name: &str, text: &str, error: &SyntaxError, root: Shape<'_>) -> Problem {
    let at = Position::of(text, begin(text, error));
    let rest = at.line.chars().skip(at.column - 1).collect::<String>();
    let excerpt = Some(Box::new(excerpt::of(&at.line, at.number, at.column, root)));
    let place = Place::File(name.to_owned(), Some(at.number));
    if error.message == "duplicate key" {
        let (key, first) = repeated(name, text, &at, error);
        let where_first = first.map(|line| format!("; first in line {line}")).unwrap_or_default();
        let what = format!("is not valid TOML at column {}: the key is here a second time{where_first}", at.column);
        return Problem { place, key, what, remedy: "keep one of them".to_owned(), excerpt };
    }
    let (what, remedy) = words(&error.message, &rest);
    let what = format!("is not valid TOML at column {}: {what}", at.column);
    Problem { place, key: String::new(), what, remedy: remedy.to_owned(), excerpt }
}

/// What is wrong, and the remedy. `rest` is the line from the error on.
fn words<'m>(message: &'m str, rest: &str) -> (&'m str, &'static str) {
    if rest.starts_with(CURLY) {
        return ("the quotation marks are curly", "write straight quotes, as \"text\"");
    }
    let is_empty = rest.trim_start().is_empty() || rest.trim_start().starts_with('#');
    if is_empty && message.starts_with("string values must be quoted") {
        return (NO_VALUE, A_VALUE);
    }
    let known = WORDS.iter().filter(|(begin, ..)| message.starts_with(begin)).max_by_key(|(begin, ..)| begin.len());
    // The rest of the message is the parser's grammar.
    let plain = || message.split(", expected").next().unwrap_or(message);
    known.map_or_else(|| (plain(), ANY), |(_, what, remedy)| (*what, *remedy))
}

/// Where the error begins, in bytes: a value that is no number at its first character, and a key without a value at its end.
fn begin(text: &str, error: &SyntaxError) -> usize {
    let (before, message) = (text.get(..error.at).unwrap_or_default(), &error.message);
    if WORDS.iter().any(|(begin, what, _)| *what == NO_NUMBER && message.starts_with(begin)) {
        return before.rfind(['=', '[', ',', ' ', '\t', '\n']).map_or(0, |end| end + 1);
    }
    if message.starts_with("key with no value") {
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let key = line + text.get(line..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        let is_bare = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
        return text.get(key..).and_then(|rest| rest.find(|letter| !is_bare(letter))).map_or(error.at, |end| key + end);
    }
    error.at
}

/// A place in a text.
struct Position {
    /// The line, from 1.
    number: usize,
    /// The character in the line, from 1.
    column: usize,
    /// The line without its end.
    line: String,
    /// The offset of the line, in bytes.
    begin: usize,
}

impl Position {
    /// The place of a byte. The end of the text is in its last line that is not empty.
    fn of(text: &str, at: usize) -> Self {
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let at = if at == text.len() { text.trim_end().len() } else { at };
        let (before, after) = text.split_at(at);
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let head = before.get(begin..).unwrap_or_default();
        let tail = after.split('\n').next().unwrap_or_default();
        Self {
            number: before.matches('\n').count() + 1,
            column: head.chars().count() + 1,
            line: format!("{head}{tail}").trim_end().to_owned(),
            begin,
        }
    }
}

/// The key that is written twice, with its section, and the line of its first place if that is an earlier line.
fn repeated(name: &str, text: &str, at: &Position, error: &SyntaxError) -> (String, Option<usize>) {
    let unquoted = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
    let key = unquoted(text.get(error.at..error.end).unwrap_or_default());
    let before = source::from_toml(name, text.get(..at.begin).unwrap_or_default()).ok();
    let places: Vec<(String, usize)> = before.into_iter().flat_map(|layer| layer.places).filter_map(line_of).collect();
    let line = at.line.trim_start();
    if line.starts_with('[') {
        let heading = line.trim_start_matches('[').split(']').next().unwrap_or_default();
        let path = heading.split('.').map(unquoted).collect::<Vec<_>>().join(".");
        let first = places.iter().find(|(known, _)| *known == path).map(|(_, line)| *line);
        return (path, first);
    }
    // Keys of the section are below its heading. The shortest path is not in a table in braces.
    let heading = text.lines().take(at.number - 1).enumerate().filter(|(_, line)| line.trim_start().starts_with('['));
    let below = heading.last().map_or(0, |(above, _)| above + 1);
    let is_named = |path: &str| path.rsplit('.').next() == Some(key.as_str());
    let fitting = places.iter().filter(|(path, line)| *line > below && is_named(path));
    match fitting.min_by_key(|(path, line)| (path.matches('.').count(), *line)) {
        Some((path, line)) => (path.clone(), Some(*line)),
        None => (key, None),
    }
}

fn line_of((path, place): (String, Place)) -> Option<(String, usize)> {
    match place {
        Place::File(_, Some(line)) => Some((path, line)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema;

    fn of(text: &str) -> Problem {
        let schema = schema::generate();
        let Err(error) = source::from_toml("x.toml", text) else { panic!("valid:\n{text}") };
        problem("x.toml", text, &error, Shape::root(&schema))
    }

    #[test]
    fn each_error_has_its_place_and_plain_words() {
        let mut wrong: Vec<String> = Vec::new();
        for (text, line, column, what) in [
            ("[server\nlisten = \"x\"\n", 1, 8, "no `]` at its end"),
            ("[server]\nlisten = 127.0.0.1:8080\n", 2, 10, "and is none"),
            ("[server]\npublic_url = https://login.example.com\n", 2, 14, "without quotes"),
            ("[sessions]\nidle_timeout = 7d\n", 2, 16, "quotes"),
            ("[server]\nlisten =\n", 2, 9, "no value after the `=`"),
            ("[server]\nlisten = # none\n", 2, 10, "no value after the `=`"),
            ("[server]\nlisten \"x\"\n", 2, 7, "no `=` after the key"),
            ("[server]\nlisten: \"x\"\n", 2, 7, "no `=` after the key"),
            ("[server]\nlisten = \"x\n", 2, 12, "is not closed"),
            ("[server]\nlisten = “x”\n", 2, 10, "are curly"),
            ("[server]\nlisten = \"1\" x\n", 2, 14, "after the value"),
            ("[server]\nworkers = 01\n", 2, 11, "begins with 0"),
            ("[log]\nlevel = \"a\\d\"\n", 2, 12, "a backslash"),
            ("[login]\nreturn_to = [\"a\" \"b\"]\n", 2, 18, "no comma"),
            ("[login]\nreturn_to = [\"a\",\n\n", 2, 18, "a list is not closed"),
            ("[server]\nhsts_include_subdomains = True\n", 2, 27, "not true or false"),
        ] {
            let problem = of(text);
            let is_right = problem.place == Place::File("x.toml".to_owned(), Some(line))
                && problem.what.starts_with(&format!("is not valid TOML at column {column}: "))
                && problem.what.contains(what)
                && !problem.to_string().contains("expected");
            wrong.extend((!is_right).then(|| problem.to_string()));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_repeated_key_is_named_with_its_first_line() {
        for (text, key, line, first) in [
            ("[log]\nlevel = \"info\"\n[server]\nlisten = \"a\"\n\nlisten = \"b\"\n", "server.listen", 6, 4),
            ("[log]\nlevel = \"info\"\n[server]\nworkers = 1\n[log]\nformat = \"text\"\n", "log", 5, 1),
            ("[a.b]\nx = 1\n[a.c]\nx = 1\nx = 2\n", "a.c.x", 5, 4),
            ("[a.\"b\"]\nx = 1\n[a.b]\n", "a.b", 3, 1),
            ("x = 1\ny = { z = 2 }\nz = 1\nz = 2\n", "z", 4, 3),
            ("a.b = 1\na.b = 2\n", "a.b", 2, 1),
        ] {
            let problem = of(text);
            assert_eq!((problem.key.as_str(), &problem.place), (key, &Place::File("x.toml".to_owned(), Some(line))));
            assert!(problem.what.ends_with(&format!("a second time; first in line {first}")), "{problem}");
        }
        let in_braces = of("x = { y = 1, y = 2 }\n");
        assert_eq!(in_braces.key, "y");
        assert!(in_braces.what.ends_with("the key is here a second time"), "{in_braces}");
    }

    #[test]
    fn the_mark_is_under_the_error() {
        let shown = of("[server]\nlisten = 127.0.0.1:8080\n").to_string();
        let lines: Vec<&str> = shown.lines().skip(1).collect();
        assert_eq!(lines, ["    2 | listen = 127.0.0.1:8080", "      |          ^"], "{shown}");
        let masked = of("[secrets]\nkeys = hunter2\n").to_string();
        let lines: Vec<&str> = masked.lines().skip(1).collect();
        assert_eq!(lines, ["    2 | keys = …", "      |        ^"], "{masked}");
    }

    /// LG-08: a line may hold a secret, whatever it looks like.
    #[test]
    fn no_secret_of_a_wrong_line_is_shown() {
        for text in [
            "[secrets]\nkeys = [\"hunter2\n",
            "[secrets]\nkeys = [\n\"hunter2\n]\n",
            "[secrets]\nkeys = [\n  hunter2==\n]\n",
            "[secrets]\nkeys = [\n  [\"hunter2\n]\n",
            "[secrets]\nkeys \"hunter2\"\n",
            "[secrets]\nkeys: hunter2\n",
            "[secrets] keys = \"hunter2\"\n",
            "[secrets keys = hunter2\n",
            "[database]\nurl = postgres://v:hunter2@db/v\n",
            "[database]\nurl_file = hunter2\n",
            "[providers.a]\nclient_id = \"a\" client_secret = \"hunter2\"\n",
            "[providers.a]\nclient_id = \"a\", client_secret: \"hunter2\"\n",
            "[providers]\na = { client_secret = \"hunter2\", client_id: \"a\" }\n",
            "[providers.a]\nclientsecret = hunter2\n",
            "[providers.a.extra_params]\npassword = hunter2\n",
            "[server]\nlisten = 1 # hunter2\nlisten = 2 hunter2=\n",
            "hunter2\n",
            "\"hunter2\" x\n",
            "[hunter2\n",
            "[secrets.keys hunter2\n",
            "[database.url hunter2]\n",
            "[secrets] keys [hunter2]\n",
            "[providers.a.client_secret hunter2]\n",
            "client_secret hunter2.name = \"x\"\n",
        ] {
            let problem = of(text);
            assert!(!problem.to_string().contains("hunter2"), "{text}\n{problem}");
            assert!(problem.excerpt.as_ref().is_some_and(|excerpt| excerpt.to_string().contains('^')), "{problem}");
        }
    }
}
