//! `docs/security-cases.md`, the case ids in the code, and the tests that name them agree. The page's last part is
//! generated: `UPDATE_REFERENCE=1 cargo test --offline --test architecture security_cases`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::documents;

const PAGE: &str = "docs/security-cases.md";
const COMMAND: &str = "UPDATE_REFERENCE=1 cargo test --offline --test architecture security_cases";
const BEGIN: &str = "<!-- coverage: generated, see tests/architecture/security_cases.rs -->\n";
const END: &str = "<!-- end of the coverage -->\n";
/// The reason of a case without a written one.
const NOT_COVERED: &str = "Not covered yet.";

/// Case ids, in the order of the page, and the tests or reasons that belong to each.
type ById<T> = BTreeMap<String, T>;

/// The two capital letters, the hyphen and the two digits at the start of a text.
fn id(text: &str) -> Option<&str> {
    let id = text.get(..5)?;
    let bytes = id.as_bytes();
    let is_id =
        bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2] == b'-' && bytes[3..].iter().all(u8::is_ascii_digit);
    let ends = !text[5..].starts_with(|next: char| next.is_ascii_alphanumeric());
    (is_id && ends).then_some(id)
}

/// Every case id in a line whose group is one of the page's: `SHA-256` is none, and neither is `ML-DSA-44`.
fn ids<'t>(line: &'t str, groups: &BTreeSet<String>) -> Vec<&'t str> {
    let starts = line.char_indices().filter(|(at, _)| {
        let before = line[..*at].chars().next_back();
        !before.is_some_and(|before| before.is_ascii_alphanumeric() || before == '-')
    });
    starts.filter_map(|(at, _)| id(&line[at..])).filter(|id| groups.contains(&id[..2])).collect()
}

/// The ids of the cases on the page, in its order.
fn cases(page: &str) -> Vec<String> {
    page.lines().filter_map(|line| id(line.strip_prefix("- **")?)).map(str::to_owned).collect()
}

/// The path of the module in a file, as the test runner prints it.
fn module(file: &str) -> String {
    let path = file.trim_end_matches(".rs").trim_start_matches("tests/").trim_start_matches("src/");
    let path = path.trim_end_matches("/mod").trim_end_matches("/main");
    path.replace('/', "::")
}

/// The ids in a source file: each id with the test that it belongs to. An id in a doc comment belongs to the function
/// below it, any other to the test that it stands in. `None` is a mention outside of tests.
fn mentions(file: &str, source: &str, groups: &BTreeSet<String>) -> Vec<(String, Option<String>)> {
    let (mut module, in_tests) = (module(file), file.starts_with("tests/"));
    let (mut found, mut waiting) = (Vec::new(), Vec::new());
    let (mut attribute, mut current) = (false, None::<String>);
    for line in source.lines() {
        let code = line.trim_start();
        if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {")) {
            module = format!("{module}::{name}");
        }
        let is_test = code.starts_with("#[") && code.contains("test]") && !code.contains("cfg(");
        attribute |= is_test;
        if let Some(name) = function(code) {
            current = attribute.then(|| format!("{module}::{name}"));
            attribute = false;
            let test = current.clone().or_else(|| in_tests.then(|| module.clone()));
            found.extend(waiting.drain(..).map(|id| (id, test.clone())));
        }
        let named = ids(line, groups).into_iter().map(str::to_owned);
        if code.starts_with("///") {
            waiting.extend(named);
        } else if code.starts_with("//!") {
            found.extend(named.map(|id| (id, in_tests.then(|| module.clone()))));
        } else {
            let test = current.clone().or_else(|| in_tests.then(|| module.clone()));
            found.extend(named.map(|id| (id, test.clone())));
        }
    }
    let rest = in_tests.then(|| module.clone());
    found.extend(waiting.into_iter().map(|id| (id, rest.clone())));
    found
}

/// The name of the function that a line declares.
fn function(code: &str) -> Option<&str> {
    let code = code.strip_prefix("pub ").or_else(|| code.strip_prefix("pub(crate) ")).unwrap_or(code);
    let code = code.strip_prefix("async ").unwrap_or(code);
    let rest = code.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

/// All mentions in the code: the tests of each id, possibly none.
fn covered(groups: &BTreeSet<String>) -> ById<BTreeSet<String>> {
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        documents::below(&documents::root().join(folder), "rs", &mut files);
    }
    assert!(files.len() > 100, "only {} files were found", files.len());
    let mut found = ById::<BTreeSet<String>>::new();
    // The ids in this file only test its functions.
    for file in files.iter().filter(|file| !file.ends_with("security_cases.rs")) {
        let source = fs::read_to_string(documents::root().join(file)).expect("a source file");
        for (id, test) in mentions(file, &source, groups) {
            found.entry(id).or_default().extend(test);
        }
    }
    found
}

/// The reasons that the page gives for cases without a test.
fn reasons(page: &str) -> ById<String> {
    let generated = page.split_once(BEGIN).map_or("", |(_, rest)| rest);
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        match cells[..] {
            [case, reason] if !reason.contains('`') => Some((id(case)?.to_owned(), reason.to_owned())),
            _ => None,
        }
    };
    generated.lines().filter_map(row).collect()
}

/// The page with a new generated part.
fn with_coverage(page: &str, covered: &ById<BTreeSet<String>>) -> String {
    let (written, _) = page.split_once(BEGIN).expect("the generated part begins");
    let known = reasons(page);
    let (mut tested, mut untested) = (Vec::new(), Vec::new());
    for case in cases(page) {
        let tests = covered.get(&case).filter(|tests| !tests.is_empty());
        if let Some(tests) = tests {
            let names: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
            tested.push(format!("| {case} | {} |\n", names.join(", ")));
        } else {
            let reason = known.get(&case).map_or(NOT_COVERED, String::as_str);
            untested.push(format!("| {case} | {reason} |\n"));
        }
    }
    let (tested, untested) = (tested.concat(), untested.concat());
    format!(
        "{written}{BEGIN}\n## Tests by case\n\n| case | tests |\n|---|---|\n{tested}\n## Cases without a test\n\n| case | reason |\n\
         |---|---|\n{untested}\n{END}"
    )
}

fn groups(cases: &[String]) -> BTreeSet<String> {
    cases.iter().map(|case| case[..2].to_owned()).collect()
}

#[test]
fn the_list_the_ids_and_the_tests_agree() {
    let path = documents::root().join(PAGE);
    let page = fs::read_to_string(&path).expect("the page");
    let cases = cases(&page);
    let distinct: BTreeSet<&String> = cases.iter().collect();
    assert!(cases.len() > 250 && distinct.len() == cases.len(), "{} cases, {} ids", cases.len(), distinct.len());
    let covered = covered(&groups(&cases));
    let unknown: Vec<_> = covered.iter().filter(|(id, _)| !distinct.contains(id)).collect();
    assert!(unknown.is_empty(), "the code names cases that {PAGE} does not have: {unknown:?}");
    let generated = with_coverage(&page, &covered);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, generated).expect("the page");
        return;
    }
    let differing = page.lines().zip(generated.lines()).find(|(old, new)| old != new);
    assert!(page == generated, "{PAGE} is out of date at {differing:?}; run {COMMAND}");
}

#[test]
fn ids_are_found_in_every_position() {
    let groups = BTreeSet::from(["AB".to_owned(), "CD".to_owned()]);
    assert_eq!(
        ids("AB-01, SHA-256 (CD-22): XAB-03 AB-123 EF-01 ML-AB-44 é AB-04", &groups),
        ["AB-01", "CD-22", "AB-04"]
    );
    let source = "//! AB-01\n/// AB-02: of a test\n#[tokio::test]\nasync fn first() {\n    // AB-03\n}\n/// AB-04: of a helper\n\
                  pub fn helper() {}\n";
    let of = |file: &str| mentions(file, source, &groups);
    let named = |id: &str, test: &str| (id.to_owned(), Some(test.to_owned()));
    let expected = [
        named("AB-01", "it::a::b"),
        named("AB-02", "it::a::b::first"),
        named("AB-03", "it::a::b::first"),
        named("AB-04", "it::a::b"),
    ];
    assert_eq!(of("tests/it/a/b.rs"), expected);
    let in_source: Vec<_> = of("src/a/mod.rs").into_iter().map(|(_, test)| test).collect();
    assert_eq!(in_source, [None, Some("a::first".to_owned()), Some("a::first".to_owned()), None]);
    let inline = "#[cfg(test)]\nmod tests {\n    /// CD-01\n    #[test]\n    fn second() {}\n}\n";
    assert_eq!(mentions("src/c.rs", inline, &groups), [named("CD-01", "c::tests::second")]);
}

#[test]
fn the_page_keeps_its_reasons_and_loses_those_of_tested_cases() {
    let page = format!(
        "- **AB-01** (S1) One.\n- **AB-02** (S2) Two.\n- **AB-03** (S2) Three.\n{BEGIN}| AB-01 | Old reason. |\n| AB-02 | Feature not built. |\n{END}"
    );
    let covered = ById::from([("AB-01".to_owned(), BTreeSet::from(["it::x".to_owned()]))]);
    let made = with_coverage(&page, &covered);
    assert!(made.contains("| AB-01 | `it::x` |\n") && !made.contains("Old reason"), "{made}");
    assert!(made.contains("| AB-02 | Feature not built. |\n| AB-03 | Not covered yet. |\n"), "{made}");
    assert_eq!(with_coverage(&made, &covered), made);
    let later = ById::from([("AB-04".to_owned(), BTreeSet::new())]);
    assert!(!with_coverage(&made, &later).contains("AB-04"));
}
