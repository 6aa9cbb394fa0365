//! Every statement is prepared on the migrated schema, and docs/plans.md names the index of each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use vestibule::dev::{hot_statements, rare_statements};

use super::session::Session;
use crate::support::Cluster;

/// A new statement is listed as hot, with its indexes, or as rare.
#[test]
fn every_statement_is_hot_with_its_indexes_or_rare() {
    let names: Vec<_> = [hot_statements(), rare_statements()].concat().into_iter().map(|listed| listed.name).collect();
    let listed: BTreeSet<String> = names.iter().cloned().collect();
    assert_eq!(listed.len(), names.len(), "a statement is hot or rare");
    assert_eq!(declared(), listed);
}

/// PostgreSQL accepts each statement, with the types of its binds, on the schema of the migrations.
#[test]
fn every_statement_is_prepared_on_the_migrated_schema() {
    let session = Session::new(&Cluster::shared().database());
    for (place, statement) in [hot_statements(), rare_statements()].concat().iter().enumerate() {
        session.prepare(&format!("statement_{place}"), statement);
    }
}

/// The names of all statements that the sources declare.
fn declared() -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut names) = (vec![source.clone()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.starts_with(source.join("base")) {
                names.extend(of_file(&source, &path));
            }
        }
    }
    names
}

fn of_file(source: &Path, path: &PathBuf) -> Vec<String> {
    let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
    let module = path.strip_prefix(source).expect("below").with_extension("");
    let module = module.to_string_lossy().replace('/', "::");
    let declarations = text.split("\nstatement! {").skip(1);
    let name = |declaration: &str| {
        let (_, rest) = declaration.split_once("struct ").expect("a struct");
        let end = rest.find(|letter: char| !letter.is_alphanumeric()).expect("an end");
        format!("{module}::{}", &rest[..end])
    };
    declarations.map(name).collect()
}

/// `UPDATE_PLANS=1` writes the table again.
#[test]
fn the_document_names_the_indexes_of_every_hot_statement() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plans.md");
    let document = fs::read_to_string(&path).expect("docs/plans.md");
    let rows = hot_statements().into_iter().map(|statement| {
        let indexes: Vec<_> = statement.indexes.iter().map(|index| format!("`{index}`")).collect();
        format!(
            "| `{}` | {} |\n",
            statement.name,
            if indexes.is_empty() { "reads no row".into() } else { indexes.join(", ") }
        )
    });
    let table = format!("| statement | indexes |\n|---|---|\n{}", rows.collect::<String>());
    if std::env::var_os("UPDATE_PLANS").is_some() {
        let start = document.find("| statement |").expect("a table");
        let end = document[start..].find("\n\n").map_or(document.len(), |end| start + end + 1);
        fs::write(&path, format!("{}{table}{}", &document[..start], &document[end..])).expect("the document");
        return;
    }
    assert!(document.contains(&table), "docs/plans.md: run with UPDATE_PLANS=1");
}
