//! Shipped files contain no key, no secret except those of the demo, and no library version with a known vulnerability.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn below(folder: PathBuf, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { below(path, found) } else { found.push(path) }
    }
}

/// LG-13: neither the image nor the examples hold a private key, and the example configuration no secret.
#[test]
fn no_shipped_file_contains_a_private_key() {
    let mut files = vec![root().join("Dockerfile"), root().join("docker-compose.yml")];
    for folder in ["config", "docs", "examples", "migrations", "scripts", "src"] {
        below(root().join(folder), &mut files);
    }
    assert!(files.len() > 100);
    // A complete key in PEM; the first line alone also occurs in code that reads keys.
    let holds_key = |text: &str| text.split("PRIVATE KEY-----").skip(1).any(|rest| rest.trim_start().starts_with("MI"));
    let with_key: Vec<_> =
        files.iter().filter(|file| fs::read_to_string(file).is_ok_and(|text| holds_key(&text))).collect();
    assert!(with_key.is_empty(), "{with_key:?}");
    let example = fs::read_to_string(root().join("config/vestibule.toml")).expect("the example");
    for line in example.lines().filter(|line| line.contains("secret") && line.contains('=') && !line.starts_with('#')) {
        let value = line.split_once('=').expect("a value").1.split('#').next().unwrap_or_default().trim();
        assert_eq!(value, "\"\"", "{line}");
    }
}

/// LG-12: known vulnerabilities.
#[test]
fn the_lock_file_has_no_vulnerable_version() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    let versions = |name: &str| -> Vec<(u64, u64, u64)> {
        let packages = lock.split("[[package]]").filter(|package| package.contains(&format!("name = \"{name}\"\n")));
        let version = |package: &str| {
            let text = package.split("version = \"").nth(1)?.split('"').next()?.to_owned();
            let mut numbers = text.split('.').map_while(|part| part.parse().ok());
            Some((numbers.next()?, numbers.next()?, numbers.next()?))
        };
        packages.filter_map(version).collect()
    };
    for (name, least) in [("jsonwebtoken", (10, 3, 0)), ("diesel", (2, 3, 8))] {
        let found = versions(name);
        assert!(!found.is_empty() && found.iter().all(|version| *version >= least), "{name}: {found:?}");
    }
}

/// cargo silently skips a test binary if its required features are off.
#[test]
fn make_test_runs_the_tests_that_require_features() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("the file");
    let manifest = read("Cargo.toml");
    let required: Vec<&str> = manifest.lines().filter_map(|line| line.strip_prefix("required-features = ")).collect();
    assert!(required.len() >= 3 && required.iter().all(|features| *features == "[\"dev\"]"), "{required:?}");
    let makefile = read("Makefile");
    for verb in ["test", "bench", "clippy"] {
        let lines = makefile.lines().filter(|line| line.contains(&format!("$(CARGO) {verb} ")));
        assert!(lines.clone().count() > 0 && lines.clone().all(|line| line.contains("--features dev")), "{verb}");
    }
}
