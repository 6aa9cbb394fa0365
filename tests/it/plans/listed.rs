//! No statement is forgotten, and docs/plans.md names the index of each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use vestibule::dev::hot_statements;

/// Statements that no request waits for: the cleanup, reports and administration, which run without the planner settings
/// of hot statements, and signing keys and providers, which are a handful of rows.
const RARE: [&str; 28] = [
    "account::store::find::FindByEmail",
    "account::store::find::SearchUsers",
    "authorize::store::prune::PruneCodes",
    "authorize::store::prune::PruneRequests",
    "client::store::PruneAssertions",
    "jobs::store::PruneAudit",
    "jobs::store::PruneFailures",
    "jobs::store::TryLock",
    "keys::store::CapTimes",
    "keys::store::DeleteKey",
    "keys::store::InsertKey",
    "keys::store::UpdateState",
    "login::store::not_begun::PruneNotBegun",
    "login::store::prune::PruneCompleted",
    "login::store::prune::PruneFailed",
    "logout::store::notices::GiveUp",
    "logout::store::notices::List",
    "logout::store::notices::PruneDelivered",
    "logout::store::notices::PruneFailed",
    "logout::store::provider_logouts::Prune",
    "session::store::expire::Expire",
    "session::store::list::OfAll",
    "session::store::prune::PruneEnded",
    "session::store::prune::PruneFeed",
    "upstream::store::known::Know",
    "upstream::store::known::OfOne",
    "upstream::store::known::Replace",
    "upstream::store::known::Stored",
];

/// A new statement is listed as hot, with its indexes, or as rare.
#[test]
fn every_statement_is_hot_with_its_indexes_or_rare() {
    let hot: BTreeSet<String> = hot_statements().into_iter().map(|statement| statement.name).collect();
    let listed: BTreeSet<String> = hot.iter().cloned().chain(RARE.map(str::to_owned)).collect();
    assert_eq!(listed.len(), hot.len() + RARE.len(), "a statement is hot or rare");
    assert_eq!(declared(), listed);
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

/// `UPDATE_PLANS=1` writes the table anew.
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
