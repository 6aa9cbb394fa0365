//! The pages between a person and an app, in Chromium.

use std::path::Path;

use serde_json::Value;

use crate::database::Database;
use crate::gateway::Settings;
use crate::peer::{self, node};
use crate::ports;

/// A person may delete their own account.
const DELETION: &str = "[login]\nself_deletion = true\n";

/// People of one tenant may sign in.
const ALLOW: &str = "[providers.op.allow]\nclaims = { \"/tenant\" = \"good\" }\n";

/// Runs a scenario of `ways.mjs`. Returns the parameters that the app received, or the texts of the pages.
fn run_scenario(scenario: &str, options: &[&str]) -> Vec<Value> {
    let (database, port) = (Database::empty(), ports::free::<2>());
    let (provider, app) = (format!("http://localhost:{port}"), format!("http://localhost:{}", port + 1));
    let client = format!(
        "[clients.shop]\nname = \"\u{645}\u{62a}\u{62c}\u{631}\"\nredirect_uris = [\"{app}/cb\"]\nid_token_alg = \"ES256\"\n\
         scopes = [\"openid\", \"profile\", \"email\", \"groups\", \"offline_access\"]\n\
         insecure_skip_loopback_consent = true\n"
    );
    let served = Settings::new(&database.url, &provider)
        .and(DELETION)
        .and(ALLOW)
        .and(&client)
        .with_long_database_timeouts()
        .serve();
    let mut command = node("ways.mjs");
    let ended = peer::run(command.args([scenario, &served.public(), &provider, &app]).args(options), "");
    assert_eq!(ended.code, Some(0), "{scenario}: {}\n{}\n{}", ended.stderr, ended.stdout, served.log());
    let said: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    said["said"].as_array().expect("a list").clone()
}

/// `response_mode=form_post`, by the script and by the button.
#[test]
fn the_form_reaches_the_app_with_and_without_scripts() {
    for options in [&[][..], &["--no-script"]] {
        let said = run_scenario("form-post", options);
        let [code, error] = said.as_slice() else { panic!("{options:?}: {said:?}") };
        assert_eq!((&code["method"], &code["state"]), (&"POST".into(), &"s&\"<t".into()), "{options:?}");
        assert!(code["code"].is_string() && code["iss"].is_string(), "{code}");
        assert_eq!((&error["method"], &error["error"]), (&"POST".into(), &"access_denied".into()), "{options:?}");
    }
}

/// The user has two accounts at the provider, and one of them is not allowed. "Use another account" ends at the URL
/// that the user wanted, for an app, in the browser flow, and after a logout.
#[test]
fn another_account_reaches_the_goal() {
    let said = run_scenario("another-account", &[]);
    let [code] = said.as_slice() else { panic!("{said:?}") };
    assert!(code["code"].is_string() && code["state"] == "s&\"<t", "{code}");
}

/// A person downloads the own data, and deletes the account: an old login, another account at the new login, a wrong text, and the
/// right one. A reload of the last page signs nobody in. The pictures are in `target/tmp/pages`.
#[test]
fn a_person_deletes_the_own_account() {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&pictures).expect("a directory");
    let said = run_scenario("delete-account", &["--pictures", pictures.to_str().expect("text")]);
    let names: Vec<_> = said.iter().filter_map(|page| page["name"].as_str()).collect();
    let expected = ["delete-account-sign-in", "delete-account-other", "delete-account-wrong", "account-deleted"];
    assert_eq!(names, expected);
}

/// WB-12: names of both directions of writing, long names and none, at 320 and 1280 px: axe-core finds nothing, and nothing
/// stands beyond the edge. The pictures are in `target/tmp/pages`.
#[test]
fn pages_are_good_for_every_name_and_width() {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&pictures).expect("a directory");
    let said = run_scenario("states", &["--pictures", pictures.to_str().expect("text")]);
    let text = |name: &str| {
        let page = said.iter().find(|page| page["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        page["text"].as_str().expect("text").to_owned()
    };
    assert!(text("consent-nameless").contains("your account at"), "{}", text("consent-nameless"));
    assert!(text("not-allowed").contains("layla@example.com"), "{}", text("not-allowed"));
}
