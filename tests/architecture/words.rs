//! Words that a reader has to guess at: metaphors for modules, and words for a person or thing that has a name.

use std::fs;
use std::path::Path;

use crate::rules::Breach;

/// Each word with what to write instead.
const WORDS: [(&str, &str); 9] = [
    ("door", "`module root`, `entry point`, or the name of the flow: browser, SPA"),
    ("lane", "`delivery limit`, `connection`, `queue`"),
    ("bell", "`notification`"),
    ("stranger", "`unknown client`, `another user`, `an unauthenticated caller`"),
    ("whoever", "the client, user, caller or process that it is"),
    ("somebody", "the client, user, caller or process that it is"),
    ("house", "`gateway`, `crate`, `organisation`"),
    ("room", "`module`; or `space`, `capacity`"),
    ("floor", "`layer`; or `lower bound`"),
];

/// The places where a word is allowed: the end of a path, and the text around the word.
const RIGHT: &[(&str, &str)] = &[
    (".js", "Math.floor"),
    (".mjs", "Math.floor"),
    ("CONTRIBUTING.md", "Do not write"),
    // The column of `authorization_sessions` in generated plans.
    ("docs/plans.md", "binding_hash"),
];

/// The folders in which the words are searched.
const PLACES: [&str; 6] = ["src", "tests", "docs", "README.md", "CONTRIBUTING.md", "benches"];

/// This file names the words; the catalogue of security cases is generated, and lists the names of tests.
const EXEMPT: [&str; 2] = ["tests/architecture/words.rs", "docs/security-cases.md"];

fn breaches(path: &str, text: &str) -> Vec<Breach> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let found = lines.flat_map(|(at, line)| {
        words(line).filter_map(move |word| instead(&word).map(|instead| (at, line, word, instead)))
    });
    let found =
        found.filter(|(_, line, ..)| !RIGHT.iter().any(|(end, right)| path.ends_with(end) && line.contains(right)));
    let breach = |(line, what, word, instead): (usize, &str, String, &str)| Breach {
        path: path.to_owned(),
        line,
        what: format!("`{word}` in `{}`", what.trim()),
        why: format!("write {instead}"),
    };
    found.map(breach).collect()
}

fn instead(word: &str) -> Option<&'static str> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    WORDS.iter().find(|(listed, _)| *listed == word || *listed == singular).map(|(_, instead)| *instead)
}

/// The words of a line, in lower case: `JsonDoor`, `json_door` and `JSON door` each have the word `door`.
fn words(line: &str) -> impl Iterator<Item = String> {
    let mut found = vec![String::new()];
    let mut before = ' ';
    for letter in line.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if !letter.is_alphabetic() || begins {
            found.push(String::new());
        }
        if letter.is_alphabetic() {
            found.last_mut().expect("never empty").extend(letter.to_lowercase());
        }
        before = letter;
    }
    found.into_iter().filter(|word| !word.is_empty())
}

fn look(path: &Path, root: &Path, found: &mut Vec<Breach>) {
    let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
    if EXEMPT.contains(&name.as_str()) || name.ends_with("node_modules") {
        return;
    }
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).expect("a folder").flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in &entries {
            look(entry, root, found);
        }
    } else if let Ok(text) = fs::read_to_string(path) {
        found.extend(words(&name).filter_map(|word| {
            Some(Breach {
                path: name.clone(),
                line: 1,
                what: format!("`{word}` in the name of the file"),
                why: format!("write {}", instead(&word)?),
            })
        }));
        found.extend(breaches(&name, &text));
    }
}

#[test]
fn no_forbidden_word_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for place in PLACES {
        look(&root.join(place), root, &mut found);
    }
    crate::report(&found);
}

#[test]
fn a_forbidden_word_is_found_in_each_form() {
    let lines = |text: &str| breaches("src/a.rs", text).iter().map(|breach| breach.line).collect::<Vec<_>>();
    assert_eq!(
        lines("fn json_door() {}\nenum Door {}\nlet x = JsonDoor;\n// Two lanes.\n// Whoever asks\n"),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(lines("// An outdoor floorplan: household, bellow, planes.\n"), Vec::<usize>::new());
    assert_eq!(breaches("src/a.js", "Math.floor(1)").len(), 0);
    assert_eq!(breaches("src/a.rs", "Math.floor(1)").len(), 1);
}
