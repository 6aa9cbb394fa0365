//! Rules of `docs/architecture.md`: layers, no circles, homes of foreign crates, module roots without code, names, sizes,
//! words and migrations. Each rule is tested with small snippets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/conformance.rs"]
mod conformance;
#[path = "architecture/described.rs"]
mod described;
#[path = "snippets/mod.rs"]
mod documents;
#[path = "architecture/errors.rs"]
mod errors;
#[path = "architecture/openapi.rs"]
mod openapi;
#[path = "architecture/recipes.rs"]
mod recipes;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/security_cases.rs"]
mod security_cases;
#[path = "architecture/shipped.rs"]
mod shipped;
#[path = "architecture/snippets.rs"]
mod snippets;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/words.rs"]
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{Breach, File};

/// Every file under `src/` that is not a test.
fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    let tests: Vec<String> = found.iter().flat_map(test_paths).collect();
    found.retain(|file| {
        !tests.iter().any(|test| file.path == format!("{test}.rs") || file.path.starts_with(&format!("{test}/")))
    });
    assert!(found.len() > 5, "no source found under {}", root.display());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<File>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below: Vec<_> = path.strip_prefix(root).unwrap().iter().map(|part| part.to_string_lossy()).collect();
            found.push(File { path: below.join("/"), source: fs::read_to_string(&path).unwrap() });
        }
    }
}

/// The modules that a file declares behind `#[cfg(test)]`, as paths below `src/` without `.rs`.
fn test_paths(file: &File) -> Vec<String> {
    let module = file.path.trim_end_matches(".rs").trim_end_matches("mod").trim_end_matches('/');
    source::test_files(&file.source).into_iter().map(|name| format!("{module}/{name}")).collect()
}

fn keep(rule: impl Fn(&File) -> Vec<Breach>) {
    report(&files().iter().flat_map(rule).collect::<Vec<_>>());
}

#[track_caller]
fn report(breaches: &[Breach]) {
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} broken:\n{}\n", lines.len(), lines.join("\n"));
}

#[test]
fn a_file_imports_lower_layers_only() {
    keep(rules::layers);
}

#[test]
fn no_files_and_no_modules_import_each_other_in_a_circle() {
    report(&circles::circles(&files()));
}

#[test]
fn foreign_crates_stay_at_home() {
    keep(rules::homes);
}

/// JW-20: only openidconnect depends on `rsa`, to verify signatures. The gateway signs with aws-lc-rs and does not name
/// `rsa` (`rules::homes`).
#[test]
fn nothing_of_ours_can_sign_with_the_rsa_crate() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let name = |package: &str| package.split('"').nth(1).unwrap().to_owned();
    // A dependency of which there are two versions is written with its version.
    let with = |wanted: &str| -> Vec<String> {
        let (alone, versioned) = (format!("\n \"{wanted}\","), format!("\n \"{wanted} "));
        let packages = lock.split("[[package]]").skip(1);
        packages.filter(|package| package.contains(&alone) || package.contains(&versioned)).map(name).collect()
    };
    assert_eq!(with("rsa"), ["openidconnect"]);
    assert!(with("aws-lc-rs").contains(&"vestibule".to_owned()));
}

#[test]
fn module_roots_hold_no_code() {
    keep(rules::module_roots);
}

#[test]
fn files_are_small_and_named_after_their_idea() {
    keep(rules::names_and_sizes);
}

#[test]
fn migrations_name_their_locks_and_can_be_taken_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let folders: Vec<PathBuf> = folders.collect();
    assert!(!folders.is_empty(), "no migrations found");
    report(&folders.iter().flat_map(|folder| migration(folder)).collect::<Vec<_>>());
}

fn migration(folder: &Path) -> Vec<Breach> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let name = folder.file_name().unwrap().to_string_lossy();
    rules::migration(&name, read("up.sql").as_deref(), read("down.sql").as_deref())
}

/// The rules, tested with small snippets.
mod tried {
    use super::{File, rules, source};

    fn file(path: &str, source: &str) -> File {
        File { path: path.to_owned(), source: source.to_owned() }
    }

    const NONE: [usize; 0] = [];

    /// The lines of this source that break a rule.
    fn lines(rule: fn(&File) -> Vec<rules::Breach>, path: &str, source: &str) -> Vec<usize> {
        rule(&file(path, source)).iter().map(|breach| breach.line).collect()
    }

    fn named(source: &str) -> Vec<String> {
        source::paths(&source::tokens(source)).iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn use_trees_are_taken_apart() {
        let source = "pub use a::{self, b::{c, d as e}, f::*};\nuse g;\nuse {h::i, ::j::k};";
        assert_eq!(named(source), ["a::self", "a::b::c", "a::b::d", "a::f::*", "g", "h::i", "j::k"]);
    }

    #[test]
    fn inline_paths_are_seen_wherever_they_stand() {
        let source = "#[derive(a::B)]\nfn f(x: c::D<e::F>) -> impl Sized + use<'_> { Vec::<g::H>::new(); i::j!(k::l()); ::m::n() }";
        assert_eq!(named(source), ["a::B", "c::D", "e::F", "Vec", "g::H", "i::j", "k::l", "m::n"]);
    }

    #[test]
    fn comments_literals_and_lifetimes_name_nothing() {
        let source = r##"/* a::b /* c::d */ e::f */ // g::h
            const X: &'static str = "i::j\" k::l"; const Y: &str = r#"m::n" o::p"#; const Z: char = '"'; const Q: u8 = b'\'';
            fn r#use<'a>(q: &'a r::s) {}"##;
        assert_eq!(named(source), ["r::s"]);
    }

    #[test]
    fn what_only_tests_see_is_left_out() {
        let source = "#[cfg(test)]\n#[allow(dead_code)]\nmod tests { use a::b; mod c { d::e(); } }\n#[cfg(test)] use f::g;\n\
                      #[cfg(test)]\nmod far;\nuse h::i;\n#[cfg(not(test))]\nuse j::k;\n#[cfg(any(test, x))] use l::m;";
        assert_eq!(named(source), ["h::i", "j::k", "l::m"]);
        assert_eq!(source::test_files(source), ["far"]);
    }

    #[test]
    fn a_path_up_or_sideways_is_refused() {
        let up = "use crate::base::db::Conn;\nuse crate::web::Page;\nfn f() { crate::login::begin() }";
        assert_eq!(lines(rules::layers, "session/end.rs", up), [2, 3]);
        assert_eq!(lines(rules::layers, "keys/ring.rs", "use crate::{base::id, session::Session};"), [1]);
        assert_eq!(
            lines(rules::layers, "server/gateway.rs", "use crate::web; use crate::jobs; use crate::login;"),
            NONE
        );
        assert_eq!(lines(rules::layers, "main.rs", "fn main() { vestibule::cli::run() }"), NONE);
        assert_eq!(lines(rules::layers, "web/x.rs", "fn f() { vestibule::cli::run() }"), [1]);
    }

    #[test]
    fn super_is_followed() {
        assert_eq!(lines(rules::layers, "login/begin.rs", "use super::store; use super::super::web::Page;"), [1]);
        assert_eq!(lines(rules::layers, "telemetry.rs", "use super::server::Server;"), [1]);
        assert_eq!(lines(rules::layers, "login/mod.rs", "pub use self::begin::begin; use super::token::issue;"), NONE);
    }

    #[test]
    fn a_module_without_a_layer_is_refused() {
        assert_eq!(lines(rules::layers, "unknown/file.rs", ""), [1]);
        assert_eq!(lines(rules::layers, "unknown.rs", ""), [1]);
    }

    /// JW-20
    #[test]
    fn a_crate_without_a_home_is_refused_everywhere() {
        for source in ["use rsa::RsaPrivateKey;", "fn f() { ::rsa::pkcs1v15::SigningKey::new(k); }"] {
            for path in ["keys/mint.rs", "upstream/oidc/jwks.rs", "base/sealed.rs"] {
                assert_eq!(lines(rules::homes, path, source), [1], "{path}: {source}");
            }
        }
        assert_eq!(lines(rules::homes, "keys/mint.rs", "use aws_lc_rs::rsa::KeyPair;"), NONE);
    }

    #[test]
    fn a_foreign_crate_away_from_home_is_refused() {
        for (home, away, source) in [
            ("web/login.rs", "login/begin.rs", "use actix_web::web;"),
            ("web/observe.rs", "telemetry.rs", "use actix_service::Service;"),
            ("server/listener.rs", "app.rs", "fn f() { actix_web::rt::spawn(); }"),
            ("session/store.rs", "session/end.rs", "#[derive(diesel::Queryable)] struct Row;"),
            ("login/store/claim.rs", "login/restore/claim.rs", "use diesel::prelude::*;"),
            ("base/migrate.rs", "cli/migrate.rs", "use diesel_migrations as m;"),
            ("base/db/executor.rs", "session/store.rs", "type Pool = r2d2::Pool<M>;"),
            ("upstream/oidc.rs", "login/complete.rs", "use openidconnect::{core};"),
            ("base/outbound.rs", "upstream/oidc.rs", "use reqwest;"),
            ("config/load.rs", "config/configuration.rs", "use config::Environment;"),
            ("config/load.rs", "cli/config.rs", "fn f() { ::config::Config::builder(); }"),
            ("config/load.rs", "app.rs", "fn f() { config::Config::builder(); }"),
            ("telemetry.rs", "server/gateway.rs", "use tracing_subscriber::fmt;"),
            ("cli/mod.rs", "main.rs", "use clap::Parser as _;"),
            ("keys/key.rs", "login/begin.rs", "use aws_lc_rs::digest;"),
            ("token/access.rs", "web/token.rs", "use jsonwebtoken::Validation;"),
            ("telemetry.rs", "login/begin.rs", "fn f() { metrics::counter!(\"a\"); }"),
            ("base/tls.rs", "upstream/line.rs", "use rustls::RootCertStore;"),
        ] {
            assert_eq!(lines(rules::homes, home, source), NONE, "{home}: {source}");
            assert_eq!(lines(rules::homes, away, source), [1], "{away}: {source}");
        }
    }

    #[test]
    fn our_own_config_is_no_foreign_crate() {
        for (path, source) in [
            ("app.rs", "use crate::config;\nfn f(c: config::Config) {}"),
            ("app.rs", "use crate::config::{self, Oidc};\nfn f(c: config::Config) {}"),
            ("cli/mod.rs", "mod config;\npub use self::config::check;"),
            ("lib.rs", "pub mod config;\npub use config::Config;"),
            ("web/x.rs", "fn f(c: &crate::config::Config) { let diesel = 1; }"),
        ] {
            assert_eq!(lines(rules::homes, path, source), NONE, "{path}: {source}");
        }
    }

    #[test]
    fn code_in_a_module_root_is_refused() {
        let root = "//! The story.\n#![allow(x)]\n\n#[macro_use]\nmod a;\npub mod b;\npub(crate) mod c;\nuse d::{\n    e,\n};\n\
                    #[cfg(test)]\nmod tests;\npub use b::F;\n";
        assert_eq!(lines(rules::module_roots, "x/mod.rs", root), NONE);
        assert_eq!(lines(rules::module_roots, "x/y.rs", "fn f() {}"), NONE);
        for code in [
            "fn f() {}",
            "pub struct S;",
            "mod inline { }",
            "const A: u8 = 1;",
            "macro_rules! m { () => {} }",
            "a::b!();",
        ] {
            assert_eq!(lines(rules::module_roots, "x/mod.rs", &format!("{root}{code}\n")), [14], "{code}");
            assert_eq!(lines(rules::module_roots, "lib.rs", &format!("{root}{code}\n")), [14], "{code}");
        }
        assert_eq!(lines(rules::module_roots, "x/mod.rs", "mod a;"), [1], "no description");
    }

    #[test]
    fn empty_names_and_long_files_are_refused() {
        assert_eq!(lines(rules::names_and_sizes, "web/utils.rs", ""), [1]);
        assert_eq!(lines(rules::names_and_sizes, "common/db.rs", ""), [1]);
        let size = |source: &str| lines(rules::names_and_sizes, "web/commons.rs", source);
        assert_eq!(size(&"a;\n".repeat(300)), NONE);
        assert_eq!(size(&"a;\n".repeat(301)), [1]);
        assert_eq!(size(&"a; b; // c\n\n// d\n/* e\n */\n#[cfg(test)]\nfn f() {\n}\n".repeat(300)), NONE);
        assert_eq!(size(&format!("a(\"{}\")", "\n".repeat(300))), [1], "a literal");
    }

    #[test]
    fn migrations_without_locks_or_a_way_back_are_refused() {
        let count = |up, down| rules::migration("1_x", up, down).len();
        assert_eq!(count(Some("-- Users. Locks: none.\nCREATE TABLE a ();"), Some("DROP TABLE a;")), 0);
        assert_eq!(count(Some("CREATE TABLE \"Locks:\" ();"), Some("DROP TABLE a;")), 1);
        assert_eq!(count(Some("-- Locks: none"), Some(" \n")), 1);
        assert_eq!(count(None, None), 2);
    }

    #[test]
    fn a_breach_says_where_what_and_why() {
        let breach = rules::homes(&file("app.rs", "\nuse reqwest::Client;")).remove(0).to_string();
        assert_eq!(
            breach,
            "src/app.rs:2: `reqwest::Client` away from home\n    `reqwest` lives in base/outbound.rs only"
        );
    }
}
