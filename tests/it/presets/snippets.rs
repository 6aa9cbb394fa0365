//! A newcomer copies a snippet and gets what it promises: each one that configures a provider is a configuration.

use std::path::{Path, PathBuf};

use vestibule::config::presets;

use crate::presets::operator::Operator;

/// The TOML blocks of a document that configure a provider, with the lines at which they begin.
fn snippets(document: &Path) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(document).expect("a document");
    let (mut found, mut open): (Vec<(usize, String)>, Option<(usize, String)>) = (Vec::new(), None);
    for (place, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```toml") => open = Some((place + 1, String::new())),
            (Some(_), "```") => found.extend(open.take()),
            (Some((_, block)), line) => {
                block.push_str(line);
                block.push('\n');
            }
            _ => {}
        }
    }
    // The reference has every key, and lacks what must be given.
    found.retain(|(_, block)| block.contains("[providers.") && !block.contains("[sessions.cookie]"));
    found
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = vec![root.join("README.md")];
    for folder in ["docs", "docs/providers"] {
        let entries =
            std::fs::read_dir(root.join(folder)).expect("a folder").map(|entry| entry.expect("a file").path());
        all.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    all
}

#[test]
fn every_snippet_is_a_configuration() {
    let operator = Operator::new();
    let mut count = 0;
    for document in documents() {
        for (line, snippet) in snippets(&document) {
            let loaded = operator.load(&snippet);
            let config = loaded.unwrap_or_else(|problems| panic!("{}:{line}:\n{problems}", document.display()));
            assert!(!config.providers.is_empty(), "{}:{line}", document.display());
            count += 1;
        }
    }
    assert!(count > presets().len() + 1, "only {count} snippets were found");
}
