//! `docs/openapi.yaml` has every address that `src/web/routes.rs` has, with its methods, and every code of a refusal.

use std::collections::{BTreeMap, BTreeSet};

use crate::described::{described, read};

/// No addresses for programs: what our pages show themselves with.
const OF_PAGES: [&str; 3] = ["/assets/style-1.css", "/assets/icon-1.svg", "/favicon.ico"];

/// Stands in the description of the path with a slash at its end.
const WITHOUT_SLASH: &str = "/oauth2/url";

/// The first text in quotes, and what follows it.
fn quoted(source: &str) -> Option<(&str, &str)> {
    source.split_once('"')?.1.split_once('"')
}

/// A path as it is written in the routes: as a text, as a constant, or as the variable of a loop around it.
fn paths(argument: &str, before: &str) -> Vec<String> {
    if let Some((path, _)) = argument.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return vec![path.to_owned()];
    }
    if let Some((module, name)) = argument.split_once("::") {
        let source = read(&format!("src/web/{module}.rs"));
        let (_, value) = source.split_once(&format!("const {name}: &str = ")).expect("the constant");
        return vec![quoted(value).expect("its value").0.to_owned()];
    }
    // The metadata's second place, whose path the configuration has.
    if argument == "&path" {
        return vec![];
    }
    let list =
        before.rsplit_once(&format!("for {argument} in [")).expect("a loop").1.split(']').next().expect("its list");
    list.split(',').map(|item| quoted(item).expect("a path").0.to_owned()).collect()
}

/// Every path of the routes with the methods that it tells in `Allow`, but for HEAD, which each GET has.
fn routes(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let source = source.split("\nfn page(").next().expect("the routes");
    let (house, administrative) = source.split_once("fn administrative()").expect("both listeners");
    let mut found = BTreeMap::new();
    for (text, prefix) in [(house, ""), (administrative, "/admin")] {
        for call in ["page(", "endpoint(", "oauth("] {
            for (at, _) in
                text.match_indices(call).filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric()))
            {
                let arguments = text[at + call.len()..].split(')').next().expect("its end");
                let (path, methods) = arguments.split_once(", ").unwrap_or((arguments, "\"POST\""));
                let methods: BTreeSet<_> = quoted(methods).expect("methods").0.split(", ").map(str::to_owned).collect();
                for path in paths(path, &text[..at]) {
                    let methods = methods.iter().filter(|method| *method != "HEAD").cloned().collect();
                    assert!(found.insert(format!("{prefix}{path}"), methods).is_none(), "{path} twice");
                }
            }
        }
    }
    found
}

#[test]
fn every_address_is_described() {
    let mut routes = routes(&read("src/web/routes.rs"));
    assert!(routes.len() > 40, "{routes:?}");
    for path in OF_PAGES.into_iter().chain([WITHOUT_SLASH]) {
        assert!(routes.remove(path).is_some(), "{path} is no address any more");
    }
    let described = described();
    for (path, methods) in &routes {
        assert_eq!(described.methods.get(path), Some(methods), "{path} in docs/openapi.yaml");
    }
    let surplus: Vec<_> = described.methods.keys().filter(|path| !routes.contains_key(*path)).collect();
    assert!(surplus.is_empty(), "described, and not there: {surplus:?}");
    let is_admins =
        |path: &&String| path.starts_with("/admin/") || ["/healthz", "/readyz", "/metrics"].contains(&&***path);
    let of_admin: BTreeSet<_> = routes.keys().filter(is_admins).cloned().collect();
    assert_eq!(described.on_admin, of_admin, "described with the admin listener as its server");
}

/// The reader of the routes sees what is not described.
#[test]
fn a_route_is_read_however_it_is_written() {
    let source = "x(page(\"/a/{b}\", \"GET, HEAD, POST\").y(), oauth(\"/c\").z());
        for path in [\"/d/\", \"/d\"] { endpoint(path, \"DELETE\") }
        endpoint(metadata::OPENID, \"GET\")
        fn administrative() { endpoint(\"/e\", \"GET, HEAD\") }
        \nfn page(path: &str";
    let shown: Vec<_> = routes(source)
        .into_iter()
        .map(|(path, methods)| format!("{path} {}", methods.into_iter().collect::<Vec<_>>().join(",")))
        .collect();
    let expected = [
        "/.well-known/openid-configuration GET",
        "/a/{b} GET,POST",
        "/admin/e GET",
        "/c POST",
        "/d DELETE",
        "/d/ DELETE",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn every_code_of_a_refusal_is_described() {
    let source = read("src/web/refusals.rs");
    let table = source.split("#[cfg(test)]").next().expect("the table");
    let rows = table.split("row(").skip(1).filter(|row| row.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    let codes: BTreeSet<_> = rows.map(|row| quoted(row).expect("a code").0).collect();
    assert!(codes.len() > 30, "{codes:?}");
    let text = read("docs/openapi.yaml");
    let list =
        text.split("\n    Code:\n").nth(1).and_then(|rest| rest.split("      enum:\n").nth(1)).expect("the codes");
    let described: Vec<_> = list.lines().map_while(|line| line.strip_prefix("        - ")).collect();
    assert_eq!(described.iter().copied().collect::<BTreeSet<_>>(), codes);
    assert_eq!(described.len(), codes.len(), "one stands there twice");
}
