//! The tests that `docs/conformance.md` names exist.

use std::fs;
use std::path::{Path, PathBuf};

/// The texts in backticks of the form `binary::module` or `binary::module::test`.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let is_name =
        |word: &&str| word.contains("::") && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b));
    text.split('`').skip(1).step_by(2).filter(is_name)
}

/// Whether the module, or the test in it, exists.
fn exists(root: &Path, name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let at = |parts: &[&str]| parts.iter().fold(root.join("tests"), |path, part| path.join(part));
    let file = |parts: &[&str]| -> Option<PathBuf> {
        let path = at(parts);
        [path.with_extension("rs"), path.join("mod.rs")].into_iter().find(|path| path.is_file())
    };
    let Some((test, module)) = parts.split_last() else { return false };
    let holds = |path: PathBuf| fs::read_to_string(path).is_ok_and(|source| source.contains(&format!("fn {test}(")));
    file(&parts).is_some() || file(module).is_some_and(holds)
}

#[test]
fn every_test_named_in_the_conformance_page_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/conformance.md")).expect("the page");
    let names: Vec<&str> =
        named(&text).filter(|name| !name.starts_with("binary::") && !name.starts_with("token::")).collect();
    assert!(names.len() > 20, "{names:?}");
    let missing: Vec<_> = names.into_iter().filter(|name| !exists(root, name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(!exists(root, "it::apps::nothing::here") && !exists(root, "it::apps::code::nothing"));
}
