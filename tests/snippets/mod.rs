//! The fenced code blocks of the documentation. Tests run them, and a rule in `tests/architecture` demands that they do.
//!
//! A comment on the line above a block describes it: `<!-- snippet: NAME -->` is the name that a test uses, and
//! `<!-- not run: REASON -->` is the reason why no test can run it.

#![allow(dead_code, reason = "three test binaries share it, and each uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

/// A fenced code block.
pub struct Snippet {
    /// The document's path below the root of the repository.
    pub document: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// The text after the opening fence.
    pub language: String,
    pub name: Option<String>,
    /// Why no test runs it.
    pub not_run: Option<String>,
    pub text: String,
}

impl Snippet {
    pub fn place(&self) -> String {
        format!("{}:{}", self.document, self.line)
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every block of README and documentation.
pub fn all() -> Vec<Snippet> {
    let documents = documents();
    assert!(documents.len() > 10, "{documents:?}");
    let read = |document: &String| {
        let text = fs::read_to_string(root().join(document)).unwrap_or_else(|error| panic!("{document}: {error}"));
        blocks(document, &text)
    };
    documents.iter().flat_map(read).collect()
}

/// The blocks in one language.
pub fn in_language(language: &str) -> Vec<Snippet> {
    all().into_iter().filter(|snippet| snippet.language == language).collect()
}

/// The text of the block with that name.
pub fn named(name: &str) -> String {
    let mut found: Vec<Snippet> = all().into_iter().filter(|snippet| snippet.name.as_deref() == Some(name)).collect();
    assert_eq!(found.len(), 1, "{name}: {:?}", found.iter().map(Snippet::place).collect::<Vec<_>>());
    found.remove(0).text
}

/// Finds the blocks of a document.
pub fn blocks(document: &str, text: &str) -> Vec<Snippet> {
    let (mut found, mut open, mut above) = (Vec::new(), None::<Snippet>, "");
    for (place, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some(opened(document, place + 1, language, above)),
            (Some(_), Some("")) => found.extend(open.take()),
            (Some(snippet), _) => {
                snippet.text.push_str(line);
                snippet.text.push('\n');
            }
            (None, None) => {}
        }
        above = line;
    }
    found
}

fn opened(document: &str, line: usize, language: &str, above: &str) -> Snippet {
    let marker = |name: &str| {
        let inner = above.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
        Some(inner.strip_prefix(name)?.strip_prefix(": ")?.to_owned())
    };
    Snippet {
        document: document.to_owned(),
        line,
        language: language.to_owned(),
        name: marker("snippet"),
        not_run: marker("not run"),
        text: String::new(),
    }
}

fn documents() -> Vec<String> {
    let mut found = Vec::new();
    collect(root(), "md", &mut found);
    for folder in ["docs", "examples", "migrations"] {
        below(&root().join(folder), "md", &mut found);
    }
    found.sort();
    found
}

/// The files with an extension below a folder, as paths from the root of the repository.
pub fn below(folder: &Path, extension: &str, found: &mut Vec<String>) {
    collect(folder, extension, found);
    let is_ours = |path: &PathBuf| path.is_dir() && !path.ends_with("node_modules");
    for path in entries(folder).into_iter().filter(is_ours) {
        below(&path, extension, found);
    }
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<String>) {
    let files = entries(folder).into_iter().filter(|path| path.extension().is_some_and(|known| known == extension));
    found.extend(files.map(|path| path.strip_prefix(root()).unwrap_or(&path).display().to_string()));
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
