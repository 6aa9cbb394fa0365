//! `config check --probe` at npm's certified `oidc-provider`: no database, no gateway.

use serde_json::Value;

use crate::gateway::Settings;
use crate::peer::Provider;
use crate::ports;

const NO_DATABASE: &str = "postgres://nobody@127.0.0.1:1/nothing";

/// The exit code, and each check with its result.
fn probe(settings: &Settings) -> (Option<i32>, Vec<(String, String)>) {
    let ended = settings.run(&["config", "check", "--probe", "--json"]);
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains(&settings.client_secret), "a secret was printed");
    let reported: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let findings = reported["providers"][0]["findings"].as_array().expect("findings").iter();
    (ended.code, findings.map(|finding| (text(&finding["check"]), text(&finding["verdict"]))).collect())
}

fn verdict<'f>(found: &'f [(String, String)], check: &str) -> &'f str {
    &found.iter().find(|(name, _)| name == check).unwrap_or_else(|| panic!("nothing about {check} in {found:?}")).1
}

/// IO-01
#[test]
fn a_certified_provider_is_probed() {
    let port = ports::free::<1>();
    let settings = Settings::new(NO_DATABASE, &format!("http://127.0.0.1:{port}"));
    let (code, found) = probe(&settings);
    assert_eq!((code, verdict(&found, "reachable")), (Some(1), "failed"), "the provider does not run yet");

    let callback = [format!("{}/callback/op", settings.public())];
    let provider = Provider::certified(port, &settings.client_secret, &callback, &[]);
    let (code, found) = probe(&settings);
    assert_eq!(code, Some(0), "{found:?}");
    for check in ["reachable", "discovery", "keys", "algorithms", "pkce", "iss", "scopes", "logout", "clock", "client"]
    {
        assert_eq!(verdict(&found, check), "good", "{check} in {found:?}");
    }
    drop(provider);

    let provider = Provider::certified(port, "another-secret", &callback, &[]);
    let (code, found) = probe(&settings);
    assert_eq!((code, verdict(&found, "client"), verdict(&found, "clock")), (Some(1), "failed", "good"), "{found:?}");
    drop(provider);

    let other_issuer = ["--issuer", "http://127.0.0.1:9"];
    let _provider = Provider::certified(port, &settings.client_secret, &callback, &other_issuer);
    let (code, found) = probe(&settings);
    assert_eq!((code, verdict(&found, "discovery")), (Some(1), "failed"), "{found:?}");
}
