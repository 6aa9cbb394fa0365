//! Short-running subcommands: `config`, `healthcheck`, `logins`, `migrate`, `version`.

use serde_json::Value;

use crate::database::Database;
use crate::gateway::{Ended, Settings};
use crate::setup::Setup;
use crate::visitor::{Visitor, param};

const NOBODY: &str = "http://127.0.0.1:9";

/// LG-06, LG-08: all problems are reported together, without a secret.
#[test]
fn the_exit_code_of_config_check_tells_whether_there_are_problems() {
    let settings = Settings::new("postgres://vestibule:hunter2@127.0.0.1:1/v", NOBODY);
    let good = settings.run(&["config", "check"]);
    assert_eq!(good.code, Some(0), "{}", good.stderr);
    assert!(good.stdout.contains(&settings.public()), "it names the issuer: {}", good.stdout);
    let dump = settings.run(&["config", "dump"]);
    assert_eq!(dump.code, Some(0), "{}", dump.stderr);
    for secret in ["hunter2", &settings.client_secret, &settings.ring_key] {
        assert!(!dump.stdout.contains(secret), "{secret} in {}", dump.stdout);
    }

    let settings = settings.with("server.public_url", "http://login.example.com").with("secrets.keys", "dG9vIHNob3J0");
    let wrong = settings.run(&["config", "check"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""));
    for words in ["SERVER__PUBLIC_URL", "secrets.keys", "2 problems"] {
        assert!(wrong.stderr.contains(words), "{words} is not in {}", wrong.stderr);
    }
    assert!(!wrong.stderr.contains("dG9vIHNob3J0"), "{}", wrong.stderr);
    for verb in [&["serve"][..], &["migrate"], &["logins", "show", "x"]] {
        assert_eq!(settings.run(verb).code, Some(2), "{verb:?}");
    }
}

#[test]
fn the_exit_code_of_healthcheck_is_the_health_of_the_gateway() {
    let gateway = Settings::new(&Database::empty().url, NOBODY).serve();
    let healthy = gateway.settings.run(&["healthcheck"]);
    assert_eq!((healthy.code, healthy.stderr.as_str()), (Some(0), ""));
    let alone = Settings::new("postgres:///nowhere", NOBODY).run(&["healthcheck"]);
    assert_eq!(alone.code, Some(1));
    assert!(alone.stderr.contains("/healthz"), "{}", alone.stderr);
}

/// The running gateway does not read the file again, so an edit that breaks it must not restart a healthy container.
#[test]
fn healthcheck_needs_only_the_address_of_the_configuration() {
    let gateway = Settings::new(&Database::empty().url, NOBODY).serve();
    let path = gateway.settings.directory.join("vestibule.toml");
    let text = std::fs::read_to_string(&path).expect("the file");
    for broken in [text.replace("[database]", "[database"), text.replace("[signing]", "[no_such_section]")] {
        std::fs::write(&path, broken).expect("the file");
        assert_eq!(gateway.settings.run(&["config", "check"]).code, Some(2));
        let healthy = gateway.settings.run(&["healthcheck"]);
        assert_eq!((healthy.code, healthy.stderr.as_str()), (Some(0), ""));
    }
    let settings = Settings::new("postgres:///nowhere", NOBODY).with("server.admin_listen", "localhost");
    let wrong = settings.run(&["healthcheck"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("server.admin_listen"), "{}", wrong.stderr);
}

/// `SSL_CERT_FILE` without a certificate is a machine without the package ca-certificates.
#[test]
fn a_machine_without_certificate_authorities_is_named_with_the_remedy() {
    let run = |settings: Settings, verb: &[&str]| {
        let mut command = settings.command(verb);
        Ended::from(command.env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR").output().expect("the binary"))
    };
    let refused = run(Settings::new(&Database::empty().url, NOBODY), &["serve"]);
    assert_eq!(refused.code, Some(1));
    let probed = run(Settings::new("postgres:///nowhere", NOBODY), &["config", "check", "--probe"]);
    assert_eq!(probed.code, Some(1));
    for complaint in [refused.stderr, probed.stderr] {
        assert!(complaint.contains("ca-certificates") && complaint.contains("SSL_CERT_FILE"), "{complaint}");
    }
}

#[test]
fn the_version_is_printed() {
    let settings = Settings::new("postgres:///nowhere", NOBODY);
    for verb in ["version", "--version"] {
        let said = settings.run(&[verb]);
        let version = concat!("vestibule ", env!("CARGO_PKG_VERSION"), "\n");
        assert_eq!((said.code, said.stdout.as_str()), (Some(0), version));
    }
}

/// LG-10: `migrate` is a separate command; a gateway without the permission names the missing migration.
#[test]
fn migrations_can_be_run_by_a_job() {
    let settings = Settings::new(&Database::empty().url, NOBODY).with("database.migrate_on_start", "false");
    let refused = settings.run(&["serve"]);
    assert_eq!(refused.code, Some(1));
    for words in ["000001_users", "vestibule migrate", "database.migrate_on_start"] {
        assert!(refused.stderr.contains(words), "{words} is not in {}", refused.stderr);
    }

    let states = |settings: &Settings| {
        let status = settings.run(&["migrate", "status"]);
        assert_eq!(status.code, Some(0), "{}", status.stderr);
        status.stdout.lines().map(|line| line.split("  ").next().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    let pending = states(&settings);
    assert!(!pending.is_empty() && pending.iter().all(|state| state == "pending"), "{pending:?}");
    let ran = settings.run(&["migrate"]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), pending.len()), "{}", ran.stderr);
    assert!(ran.stdout.contains("000001_users"), "{}", ran.stdout);
    assert!(states(&settings).iter().all(|state| state == "applied"));
    let again = settings.run(&["migrate"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "The schema is up to date.\n"));
    settings.serve();
}

/// LG-04: the page shows a reference, and `logins show` the steps, without a secret.
#[tokio::test]
async fn a_failed_login_is_found_by_its_reference() {
    let (setup, ada) = (Setup::new(), Visitor::new());
    let away = setup.begin(&ada).await;
    let back = ada.decide(&away, &[("person", "ada"), ("failure", "broken_signature")]).await;
    let page = ada.get(&back).await;
    assert_eq!(page.status, 400, "{page}");
    let shown = page.body.split("<code dir=\"ltr\">").nth(1).and_then(|rest| rest.split("</code>").next());
    let reference = shown.unwrap_or_else(|| panic!("no reference on {page}"));
    let log = setup.gateway.log();
    for half in ["login began", "login failed"] {
        let is_of_it = |line: &str| line.contains(half) && line.contains(&format!("reference={reference}"));
        assert!(log.lines().any(is_of_it), "no {half:?} with {reference} in {log}");
    }

    let settings = &setup.gateway.settings;
    let text = settings.run(&["logins", "show", reference]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    let json = settings.run(&["logins", "show", &reference.to_uppercase(), "--json"]);
    let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!((report["status"].as_str(), report["failure"].as_str()), (Some("token_failed"), Some("token_invalid")));
    let steps: Vec<_> = report["steps"].as_array().expect("steps").iter().map(|step| step["step"].clone()).collect();
    assert_eq!(steps, ["began", "returned", "token_failed"]);
    assert!(report["steps"][2]["detail"].as_str().expect("a reason").contains("signature"), "{report}");
    for words in ["began", "returned", "token_failed", "signature", "op", "browser flow", "127.0.0.1"] {
        assert!(text.stdout.contains(words), "{words} is not in {}", text.stdout);
    }
    for secret in [param(&back, "code"), param(&back, "state"), param(&away, "nonce")] {
        assert!(!text.stdout.contains(&secret) && !json.stdout.contains(&secret), "{}{}", text.stdout, json.stdout);
    }

    let unknown = settings.run(&["logins", "show", "aaaaa-aaaaa"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(1), ""));
    assert!(unknown.stderr.contains("aaaaa-aaaaa"), "{}", unknown.stderr);
}
