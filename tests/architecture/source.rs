//! A parser for the paths that a Rust file names. Comments, literals and test modules are ignored.

/// A word or a punctuation mark of a source file, with its line (from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// A path that a file names, whole: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub segments: Vec<String>,
    pub line: usize,
    /// Written with `::` in front: the first segment is a crate.
    pub rooted: bool,
    /// Named by a `use` item.
    pub imported: bool,
    /// The name after `as`.
    pub alias: Option<String>,
}

impl Path {
    /// The name that the `use` item brings into scope; none for `*`.
    pub fn name(&self) -> Option<&str> {
        let last = self.segments.iter().rev().find(|segment| *segment != "self").filter(|last| *last != "*");
        self.alias.as_ref().or(last).map(String::as_str)
    }
}

/// The tokens of a file without its comments and literals, and without what only tests see.
pub fn tokens(source: &str) -> Vec<Token> {
    without_tests(&scan(source, false))
}

/// How many lines hold code: comments, blank lines and what only tests see are not counted.
pub fn code_lines(source: &str) -> usize {
    let mut lines: Vec<usize> = without_tests(&scan(source, true)).iter().map(|token| token.line).collect();
    lines.dedup();
    lines.len()
}

/// The names of the files that a module declares for tests only: `#[cfg(test)] mod tests;`.
pub fn test_files(source: &str) -> Vec<String> {
    let all = scan(source, false);
    let mut found = Vec::new();
    for start in 0..all.len() {
        if let Some(item) = test_attribute(&all[start..])
            && text(&all, start + item) == "mod"
            && text(&all, start + item + 2) == ";"
        {
            found.push(text(&all, start + item + 1).to_owned());
        }
    }
    found
}

/// Every path of two segments or more, and every `use`.
pub fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if text(tokens, at) == "use" && text(tokens, at + 1) != "<" {
            let end = at + tokens[at..].iter().take_while(|token| token.text != ";").count();
            branch(&tokens[at + 1..end], &[], &mut found);
            at = end;
        } else if begins_path(tokens, at) {
            at = inline(tokens, at, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn begins_path(tokens: &[Token], at: usize) -> bool {
    let continues = at > 0 && text(tokens, at - 1) == "::";
    // `$crate::…`: the name of the own crate in a macro.
    is_word(text(tokens, at)) && text(tokens, at + 1) == "::" && (!continues || is_rooted(tokens, at))
}

/// Whether the `::` before this token has no path before it: `::config::Config`, but neither `a::b` nor `Vec::<T>::b`.
fn is_rooted(tokens: &[Token], at: usize) -> bool {
    at > 0
        && text(tokens, at - 1) == "::"
        && (at == 1 || (!is_word(text(tokens, at - 2)) && ![">", "]", ")"].contains(&text(tokens, at - 2))))
}

fn inline(tokens: &[Token], start: usize, found: &mut Vec<Path>) -> usize {
    let mut segments = vec![text(tokens, start).to_owned()];
    let mut at = start + 1;
    while text(tokens, at) == "::" && is_word(text(tokens, at + 1)) {
        segments.push(text(tokens, at + 1).to_owned());
        at += 2;
    }
    let rooted = is_rooted(tokens, start);
    found.push(Path { segments, line: tokens[start].line, rooted, imported: false, alias: None });
    at
}

/// Parses a use tree: `a::{b, c::*}`, `::a::b as c`.
fn branch(tree: &[Token], prefix: &[String], found: &mut Vec<Path>) {
    let rooted = prefix.is_empty() && text(tree, 0) == "::";
    let (mut segments, mut alias) = (prefix.to_vec(), None);
    for (at, token) in tree.iter().enumerate() {
        match token.text.as_str() {
            "::" => {}
            "as" => {
                alias = Some(text(tree, at + 1).to_owned());
                break;
            }
            "{" => {
                let inner = &tree[at + 1..tree.len().saturating_sub(1)];
                for part in split(inner) {
                    branch(part, &segments, found);
                }
                return;
            }
            name => segments.push(name.to_owned()),
        }
    }
    if let Some(first) = tree.first()
        && !segments.is_empty()
    {
        found.push(Path { segments, line: first.line, rooted, imported: true, alias });
    }
}

/// The parts between the commas that stand in no braces.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    let parts = tokens.split(|token| {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        depth == 0 && token.text == ","
    });
    parts.filter(|part| !part.is_empty()).collect()
}

fn without_tests(all: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < all.len() {
        if let Some(item) = test_attribute(&all[at..]) {
            at = end_of_item(all, at + item);
        } else {
            kept.push(all[at].clone());
            at += 1;
        }
    }
    kept
}

/// Whether these tokens begin with `#[cfg(test)]`; then how many tokens it and the attributes after it take.
fn test_attribute(tokens: &[Token]) -> Option<usize> {
    let mut at = attribute(tokens)?;
    let words: Vec<&str> = tokens[..at].iter().map(|token| token.text.as_str()).collect();
    let only_for_tests = ["cfg", "test"].iter().all(|word| words.contains(word));
    if !only_for_tests || ["not", "any"].iter().any(|word| words.contains(word)) {
        return None;
    }
    while let Some(more) = attribute(&tokens[at..]) {
        at += more;
    }
    Some(at)
}

/// How many tokens the attribute takes that stands here.
pub fn attribute(tokens: &[Token]) -> Option<usize> {
    let opening = match (text(tokens, 0), text(tokens, 1), text(tokens, 2)) {
        ("#", "[", _) => 1,
        ("#", "!", "[") => 2,
        _ => return None,
    };
    Some(end_of_brackets(tokens, opening, "[", "]"))
}

fn end_of_item(tokens: &[Token], start: usize) -> usize {
    for at in start..tokens.len() {
        match text(tokens, at) {
            ";" => return at + 1,
            "{" => return end_of_brackets(tokens, at, "{", "}"),
            _ => {}
        }
    }
    tokens.len()
}

fn end_of_brackets(tokens: &[Token], start: usize, open: &str, close: &str) -> usize {
    let mut depth = 0_usize;
    for at in start..tokens.len() {
        if text(tokens, at) == open {
            depth += 1;
        } else if text(tokens, at) == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    tokens.len()
}

/// The text of the token at this place; nothing beyond the end.
pub fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| &token.text)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Cuts a source into tokens. Comments give none; a literal gives an empty one for each of its lines, if wanted.
fn scan(source: &str, literals: bool) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < chars.len() {
        let rest = &chars[at..];
        let (length, kind) = next(rest);
        let lines = rest[..length].iter().filter(|c| **c == '\n').count();
        match kind {
            Kind::Token => found.push(Token { text: word(&rest[..length]), line }),
            Kind::Literal if literals => {
                found.extend((line..=line + lines).map(|line| Token { text: String::new(), line }));
            }
            Kind::Literal | Kind::Nothing => {}
        }
        line += lines;
        at += length;
    }
    found
}

/// `r#type` is the name `type`.
fn word(chars: &[char]) -> String {
    let word: String = chars.iter().collect();
    word.strip_prefix("r#").map_or(word.clone(), str::to_owned)
}

/// The kind of a token.
enum Kind {
    Token,
    Literal,
    /// A comment or a space.
    Nothing,
}

/// The length and the kind of the next token.
fn next(rest: &[char]) -> (usize, Kind) {
    let second = rest.get(1).copied().unwrap_or(' ');
    match rest[0] {
        '/' if second == '/' => (rest.iter().take_while(|c| **c != '\n').count(), Kind::Nothing),
        '/' if second == '*' => (block_comment(rest), Kind::Nothing),
        '"' => (string(rest), Kind::Literal),
        // Lifetimes too: their line has other tokens.
        '\'' => (quote(rest), Kind::Literal),
        ':' if second == ':' => (2, Kind::Token),
        c if c.is_whitespace() => (1, Kind::Nothing),
        c if c.is_alphanumeric() || c == '_' => {
            prefixed_literal(rest).map_or_else(|| (name(rest), Kind::Token), |length| (length, Kind::Literal))
        }
        _ => (1, Kind::Token),
    }
}

fn name(rest: &[char]) -> usize {
    let raw = if rest.starts_with(&['r', '#']) { 2 } else { 0 };
    raw + rest[raw..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count()
}

/// `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`, `b'…'`.
fn prefixed_literal(rest: &[char]) -> Option<usize> {
    let letters = rest.iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).take(2).count();
    let hashes = rest[letters..].iter().take_while(|c| **c == '#').count();
    let opening = *rest.get(letters + hashes)?;
    let raw = rest[..letters].contains(&'r');
    match opening {
        '"' if raw => {
            let body = letters + hashes + 1;
            let end = (body..rest.len())
                .find(|at| rest[*at] == '"' && rest[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes);
            Some(end.map_or(rest.len(), |end| end + 1 + hashes))
        }
        '"' if letters > 0 && hashes == 0 => Some(letters + string(&rest[letters..])),
        '\'' if letters == 1 && rest[0] == 'b' => Some(1 + quote(&rest[1..])),
        _ => None,
    }
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// A character literal, or the mark of a lifetime.
fn quote(rest: &[char]) -> usize {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => 3 + rest.iter().skip(3).take_while(|c| **c != '\'').count() + 1,
        (Some(_), Some('\'')) => 3,
        _ => 1 + name(&rest[1..]),
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match (rest[at], rest.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}
