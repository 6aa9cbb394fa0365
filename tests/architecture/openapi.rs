//! `docs/openapi.yaml` has every address of the table of routes and of the admin listener, with its methods, and every code
//! of a refusal.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::described::{described, read};

/// Assets of our pages, which are no addresses for programs.
const OF_PAGES: [&str; 5] =
    ["/assets/style-6.css", "/assets/icon-1.svg", "/assets/brand/{file}", "/favicon.ico", "/language"];

/// Described together with the path that ends with a slash.
const WITHOUT_SLASH: &str = "/oauth2/url";

/// Described together with `/verify`.
const BEHIND_VERIFY: &str = "/verify/{path:.*}";

/// The first text in quotes, and what follows it.
fn quoted(source: &str) -> Option<(&str, &str)> {
    source.split_once('"')?.1.split_once('"')
}

/// A path as a row has it: as a text, or as a constant of another file.
fn path_of(argument: &str) -> String {
    if let Some((path, _)) = argument.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return path.to_owned();
    }
    let (module, name) = argument.split_once("::").expect("a constant");
    let folder = if module == "assets" { "answer" } else { "endpoint" };
    let source = read(&format!("src/web/{folder}/{module}.rs"));
    let (_, value) = source.split_once(&format!("const {name}: &str = ")).expect("the constant");
    quoted(value).expect("its value").0.to_owned()
}

/// Every path of the table of routes with its methods, except HEAD, which each GET includes.
fn public_routes(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let (_, table) = source.split_once("ROUTES: &[Row] = &[").expect("the table");
    let mut found = BTreeMap::new();
    for row in table.split("\n];").next().expect("its end").split("Row::").skip(1) {
        let (_, arguments) = row.split_once('(').expect("a row");
        let path = path_of(arguments.split(',').next().expect("a path").trim());
        let entries = arguments.split("Entry::").skip(1).map(|entry| entry.split('(').next().expect("a method"));
        let methods = entries
            .map(|method| if method == "read" || method == "any" { "GET".to_owned() } else { method.to_uppercase() });
        assert!(found.insert(path, methods.collect()).is_none(), "twice: {row}");
    }
    found
}

/// Every path of the admin listener with the methods of its `Allow` header, except HEAD.
fn admin_routes(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let source = source.split("\n/// An endpoint.").next().expect("the routes");
    let (own, administrative) = source.split_once("fn administrative()").expect("both parts");
    let mut found = BTreeMap::new();
    for (text, prefix) in [(own, ""), (administrative, "/admin")] {
        for call in text.split("service(endpoint(").skip(1) {
            let (path, rest) = quoted(call).expect("a path");
            let methods = quoted(rest).expect("methods").0.split(", ");
            let methods = methods.filter(|method| *method != "HEAD").map(str::to_owned).collect();
            assert!(found.insert(format!("{prefix}{path}"), methods).is_none(), "{path} twice");
        }
    }
    found
}

fn all_routes() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = public_routes(&read("src/web/routing/routes.rs"));
    all.extend(admin_routes(&read("src/web/routing/admin_routes.rs")));
    all
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// The guard does not protect an endpoint that is not in the table.
#[test]
fn the_table_of_routes_is_the_only_way_to_a_handler() {
    for path in files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")) {
        let source = fs::read_to_string(&path).unwrap_or_default();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let count = |text: &str| source.matches(text).count();
        let (resources, scopes) = (count("web::resource("), count("web::scope("));
        let expected = match name.as_str() {
            "routes.rs" => (2, 1),
            "admin_routes.rs" => (1, 1),
            _ => (0, 0),
        };
        assert_eq!((resources, scopes), expected, "{name}: add a row to ROUTES in src/web/routing/routes.rs");
        let others = count("ServiceConfig::") + count("#[get(") + count("#[post(") + count("web::redirect(");
        assert_eq!(others, 0, "{name}");
    }
    let source = read("src/web/routing/routes.rs");
    let services: Vec<_> = source.lines().filter(|line| line.contains(".service(")).map(str::trim).collect();
    let expected = [
        "scope = scope.service(resource(prefix, row.path, row));",
        "scope = scope.service(handlers(spelling::posted(web::resource(&*path)), prefix, &path, row));",
        "routes.service(resource(\"\", prefix, row));",
        "routes.service(resource(\"\", &format!(\"{}{prefix}\", row.path), row));",
        "routes.service(scope.default_service(web::to(nothing_here))).default_service(web::to(nothing_here));",
    ];
    assert_eq!(services, expected);
}

#[test]
fn every_address_is_described() {
    let mut routes = all_routes();
    assert!(routes.len() > 40, "{routes:?}");
    for path in OF_PAGES.into_iter().chain([WITHOUT_SLASH, BEHIND_VERIFY]) {
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

/// Rows are found in each way of writing.
#[test]
fn a_row_of_the_table_is_read() {
    let source = "static ROUTES: &[Row] = &[
        Row::page(\"/a/{b}\", &[Entry::read(Open, || x(y)), Entry::post(Open, || x(y)).from(Z)]),
        // Words.
        Row::oauth(
            metadata::OPENID,
            &[Entry::get(Open, || x(y)).cors()],
        ),
        Row::program(\"/c\", &[Entry::delete(Open, || x(y))]),
];
        Row::page(\"/d\", &[Entry::get(Open, || x(y))])";
    let shown: Vec<_> = public_routes(source)
        .into_iter()
        .map(|(path, methods)| format!("{path} {}", methods.into_iter().collect::<Vec<_>>().join(",")))
        .collect();
    assert_eq!(shown, ["/.well-known/openid-configuration GET", "/a/{b} GET,POST", "/c DELETE"]);
}

/// Routes without a description are found.
#[test]
fn a_route_of_the_admin_listener_is_read() {
    let source = "x.service(endpoint(\"/a\", \"GET, HEAD, POST\", []))
        fn administrative() { y.service(endpoint(\"/e/{f}\", \"DELETE\", [])) }
        \n/// An endpoint. service(endpoint(\"/g\", \"GET\", []))";
    let shown: Vec<_> = admin_routes(source)
        .into_iter()
        .map(|(path, methods)| format!("{path} {}", methods.into_iter().collect::<Vec<_>>().join(",")))
        .collect();
    assert_eq!(shown, ["/a GET,POST", "/admin/e/{f} DELETE"]);
}
