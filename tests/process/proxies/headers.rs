//! Identity headers that the site gets, and forged ones.

use std::collections::BTreeMap;

use serde_json::Value;

/// The identity headers without `X-Auth-Request-`.
const NAMES: [&str; 4] = ["User", "Email", "Preferred-Username", "Groups"];
/// The value of a forged header.
pub const FORGED: &str = "forged-by-the-client";

/// The values by header, as sites read them that do not tell `-` from `_` or `.`: in lower case, with `-`. An empty value is left
/// out.
pub fn identity(reached: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for header in reached["headers"].as_array().expect("headers") {
        let (name, value) = (header[0].as_str().expect("a name"), header[1].as_str().expect("a value"));
        let name = name.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        if name.starts_with("x-auth-request-") && !value.is_empty() {
            found.entry(name).or_default().push(value.to_owned());
        }
    }
    found
}

/// The only value of a header; empty if there is none.
pub fn only(reached: &Value, name: &str) -> String {
    let values = identity(reached).remove(&format!("x-auth-request-{name}")).unwrap_or_default();
    assert!(values.len() < 2, "{name}: {values:?}");
    values.into_iter().next().unwrap_or_default()
}

/// The values of a header that the site gets.
pub fn values(reached: &Value, name: &str) -> Vec<String> {
    let headers = reached["headers"].as_array().expect("headers").iter();
    let named = headers.filter(|header| header[0].as_str().expect("a name").eq_ignore_ascii_case(name));
    named.map(|header| header[1].as_str().expect("a value").to_owned()).collect()
}

/// Forged headers in every spelling with `-` and `_`, in batches that proxies accept. Each batch has another letter case, and
/// each name with `-` only is there twice, first without a value.
pub fn forged() -> Vec<Vec<(String, String)>> {
    let spellings: Vec<String> = NAMES.iter().flat_map(|name| spellings(&format!("X-Auth-Request-{name}"))).collect();
    assert_eq!(spellings.len(), 8 + 8 + 16 + 8);
    let cases: [fn(&str) -> String; 3] = [str::to_owned, str::to_lowercase, alternating];
    let batch = |case: &fn(&str) -> String| {
        let headers = spellings.iter().flat_map(|name| {
            let empty = (!name.contains('_')).then(|| (case(name), String::new()));
            empty.into_iter().chain([(case(name), FORGED.to_owned())])
        });
        headers.collect()
    };
    cases.iter().map(batch).chain([with_other_marks(), with_one_other_mark(), of_another_request()]).collect()
}

/// All characters of a header name (RFC 9110 §5.6.2) besides letters, digits, `-` and `_`. Some sites read them as `-`.
const MARKS: &str = "!#$%&'*+.^`|~";

fn with_other_marks() -> Vec<(String, String)> {
    let names = NAMES.iter().map(|name| format!("X-Auth-Request-{name}"));
    let marked = names.flat_map(|name| MARKS.chars().map(move |mark| name.replace('-', &mark.to_string())));
    marked.map(|name| (name, FORGED.to_owned())).collect()
}

fn with_one_other_mark() -> Vec<(String, String)> {
    let marked = |mark: char| {
        [format!("X{mark}Auth-Request-User"), format!("X-Auth{mark}Request-User"), format!("X-Auth-Request{mark}User")]
    };
    MARKS.chars().flat_map(marked).map(|name| (name, FORGED.to_owned())).collect()
}

/// Headers from which some sites read another host, path or method than the request has.
fn of_another_request() -> Vec<(String, String)> {
    let names = [
        "X-Original-URL",
        "X-Original-URI",
        "X-Original-Method",
        "X-Original-Host",
        "X-Rewrite-URL",
        "X-Override-URL",
        "X-HTTP-Method",
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-Forwarded-Uri",
        "X-Forwarded-Path",
        "X-Forwarded-Prefix",
        "X-Forwarded-Method",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
    ];
    let spelled = names.iter().flat_map(|name| [(*name).to_owned(), name.replace('-', "_")]);
    let forged = spelled.map(|name| (name, FORGED.to_owned()));
    forged.chain([("Forwarded".to_owned(), format!("host={FORGED}"))]).collect()
}

/// A name with `-` or `_` at each place.
fn spellings(name: &str) -> Vec<String> {
    let (first, rest) = name.split_once('-').unwrap_or((name, ""));
    rest.split('-').fold(vec![first.to_owned()], |found, part| {
        found.iter().flat_map(|before| ["-", "_"].map(|mark| format!("{before}{mark}{part}"))).collect()
    })
}

fn alternating(name: &str) -> String {
    let letters = name.chars().enumerate();
    letters.map(|(at, c)| if at % 2 == 0 { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }).collect()
}
