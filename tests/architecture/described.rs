//! The paths and methods of `docs/openapi.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each documented path with its methods, and whether it is on the admin listener.
pub struct Described {
    pub methods: BTreeMap<String, BTreeSet<String>>,
    pub on_admin: BTreeSet<String>,
}

/// A file of this project.
pub fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("the file")
}

/// Reads the document by its indentation, which the linter keeps.
pub fn described() -> Described {
    let text = read("docs/openapi.yaml");
    let paths = text.split("\npaths:\n").nth(1).and_then(|rest| rest.split("\ncomponents:\n").next()).expect("paths");
    let (mut methods, mut on_admin) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
    let mut path = String::new();
    for line in paths.lines() {
        if let Some(rest) = line.strip_prefix("  /") {
            path = format!("/{}", rest.strip_suffix(':').expect("a path is the key of its item"));
            methods.entry(path.clone()).or_default();
        } else if let Some(key) = line.strip_prefix("    ").and_then(|rest| rest.strip_suffix(':')) {
            if ["get", "post", "put", "patch", "delete"].contains(&key) {
                methods.entry(path.clone()).or_default().insert(key.to_uppercase());
            }
        } else if line.contains("description: The admin listener}") {
            on_admin.insert(path.clone());
        }
    }
    Described { methods, on_admin }
}
