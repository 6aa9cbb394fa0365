//! The table of refusals and `docs/errors.md` have the same codes. The page's table is generated:
//! `UPDATE_REFERENCE=1 cargo test --offline --features dev --test architecture errors`.

use std::collections::BTreeMap;
use std::fs;

use vestibule::web::{Refusal, RefusalText};

use crate::documents;

const PAGE: &str = "docs/errors.md";
const BEGIN: &str = "<!-- table: generated, see tests/architecture/errors.rs -->\n";
const END: &str = "<!-- end of the table -->\n";

/// The refusals of each code, in the order of the table.
fn by_code() -> BTreeMap<&'static str, Vec<&'static RefusalText>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for refusal in Refusal::ALL {
        found.entry(refusal.text().code).or_default().push(refusal.text());
    }
    found
}

/// The values without repetition, in their order.
fn listed(values: impl Iterator<Item = String>) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct.join(", ")
}

fn statuses(rows: &[&RefusalText]) -> String {
    listed(rows.iter().map(|row| row.status.to_string()))
}

/// The sections of the page: code, statuses and the first sentence.
fn sections(page: &str) -> Vec<(String, String, String)> {
    let section = |text: &str| {
        let (code, rest) = text.split_once('`').expect("a code");
        let rest = rest.trim_start().strip_prefix("Status ").unwrap_or_else(|| panic!("{code}: no status"));
        let (statuses, rest) = rest.split_once(". ").unwrap_or_else(|| panic!("{code}: no sentence"));
        let line = rest.lines().next().expect("a line");
        let sentence = line.split_once(". ").map_or(line, |(first, _)| first).trim_end_matches('.');
        (code.to_owned(), statuses.to_owned(), sentence.to_owned())
    };
    page.split("\n## `").skip(1).map(section).collect()
}

fn table(page: &str) -> String {
    let rows = by_code();
    let line = |(code, _, sentence): &(String, String, String)| {
        let rows = rows.get(code.as_str()).unwrap_or_else(|| panic!("{PAGE}: no refusal has the code {code}"));
        let errors = listed(rows.iter().map(|row| format!("`{}`", row.oauth_error)));
        format!("| [`{code}`](#{code}) | {} | {errors} | {sentence} |\n", statuses(rows))
    };
    let lines: String = sections(page).iter().map(line).collect();
    format!("| code | status | OAuth error | meaning |\n|---|---|---|---|\n{lines}")
}

#[test]
fn the_page_has_a_section_and_a_row_for_each_code() {
    let path = documents::root().join(PAGE);
    let page = fs::read_to_string(&path).expect(PAGE);
    let described: BTreeMap<_, _> = sections(&page).into_iter().map(|(code, status, _)| (code, status)).collect();
    let expected: BTreeMap<_, _> = by_code().iter().map(|(code, rows)| ((*code).to_owned(), statuses(rows))).collect();
    assert_eq!(described, expected, "{PAGE}: sections with their statuses");
    assert!(sections(&page).windows(2).all(|pair| pair[0].0 < pair[1].0), "{PAGE}: not in alphabetical order");

    let (before, rest) = page.split_once(BEGIN).expect("the table begins");
    let (shown, after) = rest.split_once(END).expect("the table ends");
    let generated = table(&page);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        return fs::write(&path, format!("{before}{BEGIN}{generated}{END}{after}")).expect(PAGE);
    }
    let command = "UPDATE_REFERENCE=1 cargo test --offline --features dev --test architecture errors";
    assert_eq!(shown, generated, "{PAGE} is behind; run {command}");
}
