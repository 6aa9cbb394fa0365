//! The reference in docs/configuration.md is up to date.

use std::path::Path;

use vestibule::config;

const BEGIN: &str = "<!-- reference: generated, see tests/it/config/reference.rs -->\n```toml\n";
const END: &str = "```\n<!-- end of the reference -->";

/// To update it: `UPDATE_REFERENCE=1 cargo test --features dev --test it config::reference`.
#[test]
fn the_documented_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let text = std::fs::read_to_string(&path).expect("docs/configuration.md");
    let (before, rest) = text.split_once(BEGIN).expect("the reference begins");
    let (documented, after) = rest.split_once(END).expect("the reference ends");
    let generated = config::reference();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{generated}{END}{after}")).expect("docs/configuration.md");
        return;
    }
    assert_eq!(
        documented, generated,
        "docs/configuration.md is behind; run UPDATE_REFERENCE=1 cargo test --features dev --test it config::reference"
    );
}

/// The reference as a configuration file gives the defaults; only the required keys are missing.
#[test]
fn the_reference_is_valid_except_for_the_required_keys() {
    let Err(problems) = config::from_toml(&config::reference()) else { panic!("nothing is missing in it") };
    let missing: Vec<_> = problems.iter().map(|problem| (problem.key.as_str(), problem.what.as_str())).collect();
    let expected = [
        "database.url",
        "secrets.keys",
        "providers.corp.client_id",
        "providers.corp.client_secret",
        "resources.tools.resource",
    ];
    assert_eq!(missing.len(), expected.len() + 1, "{problems}");
    for key in expected.into_iter().chain(["providers.corp.issuer"]) {
        assert!(missing.contains(&(key, "is missing")), "{key} in {problems}");
    }
}
