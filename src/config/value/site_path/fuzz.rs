//! Random paths and patterns against simple models: what is accepted is one path for every server, and a pattern matches what its
//! definition says.
//!
//! `MATCHER_CASES=1000000 cargo test --release --lib site_path::fuzz` runs a million cases.

use std::cell::Cell;

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// The number of cases of one run.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
fn cases() -> u32 {
    std::env::var("MATCHER_CASES").map_or(5_000, |number| number.parse().expect("a number"))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Removes dot segments as RFC 3986 §5.2.4 does, and merges slashes if a server does so.
fn cleaned(path: &str, merges_slashes: bool) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (at, segment) in segments.iter().enumerate() {
        let is_last = at + 1 == segments.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            "" if merges_slashes && !is_last => {}
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

/// The path that servers of several kinds read.
fn readings(uri: &str) -> [(&'static str, String); 6] {
    let path = uri.split('?').next().unwrap_or_default();
    let without_fragment = path.split('#').next().unwrap_or_default();
    let without_parameters = |path: &str| {
        let segments = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
        segments.collect::<Vec<_>>().join("/")
    };
    [
        ("decodes once and cleans", cleaned(&decoded(without_fragment), true)),
        ("cleans and decodes once", decoded(&cleaned(path, false))),
        ("decodes twice", cleaned(&decoded(&decoded(path)), false)),
        ("removes parameters before decoding", cleaned(&decoded(&without_parameters(path)), true)),
        ("removes parameters after decoding", cleaned(&without_parameters(&decoded(path)), true)),
        ("takes a backslash for a slash", cleaned(&decoded(path).replace('\\', "/"), true)),
    ]
}

/// A path in one letter case.
fn in_one_case(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The file that a server on Windows opens: without dots and spaces at the end of a name, and without a stream behind a colon.
fn as_file_name(path: &str) -> String {
    let names = path.split('/').map(|name| name.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']));
    names.collect::<Vec<_>>().join("/")
}

/// The definition of patterns, one part after another.
fn fits(pattern: &[&str], path: &[&str]) -> bool {
    let (Some((first, rest)), next) = (pattern.split_first(), path.split_first()) else { return path.is_empty() };
    match (*first, next) {
        ("**", _) => (0..=path.len()).any(|skipped| fits(rest, &path[skipped..])),
        (_, None) => false,
        ("*", Some((segment, after))) => !segment.is_empty() && fits(rest, after),
        (text, Some((segment, after))) => fits_segment(text, segment) && fits(rest, after),
    }
}

fn fits_segment(text: &str, segment: &str) -> bool {
    match text.split_once('*') {
        None => text == segment,
        Some((start, rest)) => segment.strip_prefix(start).is_some_and(|after| {
            let mut ends = (0..=after.len()).filter(|at| after.is_char_boundary(*at));
            ends.any(|at| fits_segment(rest, &after[at..]))
        }),
    }
}

/// Pieces of addresses, of which many make a path that is refused, and many one that is not.
const PIECES: [&str; 44] = [
    "/", "/", "/", "/", "/", "a", "b", "ab", "admin", "public", "é", "%c3%a9", "%61", "%41", "A", ".", "..", "%2e",
    "%2E", "%2f", "%5c", "\\", "%25", "%", "%2", ";", "%3b", ";x=1", "?", "%3f", "#", "%23", "%00", "%0a", "//", "/./",
    "/../", "~", "+", "%20", "É", "%C3%89", "ADMIN", ":",
];
const PARTS: [&str; 14] = ["a", "b", "ab", "admin", "public", "é", "*", "**", "a*", "*b", "a*b", "", "Admin", "A*"];

/// FW-07, FZ-04
#[test]
fn random_paths_and_patterns_agree_with_the_models() {
    let (pieces, parts) = (prop::sample::select(&PIECES[..]), prop::sample::select(&PARTS[..]));
    let texts = (prop::collection::vec(pieces, 0..12), prop::collection::vec(parts, 1..6), prop::bool::ANY);
    let config = Config { failure_persistence: None, ..Config::with_cases(cases()) };
    let (accepted, matched) = (Cell::new(0), Cell::new(0));
    let run = TestRunner::new(config).run(&texts, |(pieces, parts, ignore_case)| {
        let (uri, pattern) = (format!("/{}", pieces.concat()), format!("/{}", parts.join("/")));
        let Ok(path) = SitePath::parse(uri.as_bytes(), ignore_case) else { return Ok(()) };
        accepted.set(accepted.get() + 1);
        let compared = |text: &str| if ignore_case { in_one_case(text) } else { text.to_owned() };
        for (how, read) in readings(&uri) {
            prop_assert_eq!(&compared(&read), path.as_str(), "a server that {}: {}", how, uri);
            if ignore_case {
                prop_assert_eq!(
                    &in_one_case(&as_file_name(&read)),
                    path.as_str(),
                    "one on Windows that {}: {}",
                    how,
                    uri
                );
            }
        }
        if let Ok(known) = PathPattern::parse(&pattern, ignore_case) {
            let (segments, pattern) = (path.as_str().split('/').skip(1).collect::<Vec<_>>(), compared(&pattern));
            let expected = fits(&pattern.split('/').skip(1).collect::<Vec<_>>(), &segments);
            matched.set(matched.get() + u32::from(expected));
            prop_assert_eq!(known.matches(&path), expected, "{} {}", pattern, path.as_str());
        }
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    let (accepted, matched) = (accepted.get(), matched.get());
    assert!(accepted > cases() / 20 && matched > cases() / 200, "{accepted} accepted, {matched} matched");
}
