//! Problems have a place, a key and a remedy, and are reported together.

use std::path::PathBuf;

use vestibule::config::Place;

use crate::config::support::{Directory, good, load, provider, refused};
use crate::support::Gateway;

/// LG-06: ten invalid configurations; each is rejected with file, line, key and remedy.
#[test]
fn ten_invalid_configurations_are_rejected_with_their_reasons() {
    let directory = Directory::new();
    let rest = provider("");
    let after = rest.lines().count() + 1;
    for (lines, line, key, what, remedy) in [
        (
            "[sessions]\nidle_timout = \"1d\"",
            1,
            "sessions.idle_timout",
            "unknown key",
            "did you mean sessions.idle_timeout?",
        ),
        ("[sessions]\nidle_timeout = 30", 1, "sessions.idle_timeout", "is a number, not a duration", "as \"7d\""),
        (
            "[server]\npublic_url = \"http://login.example.com\"",
            1,
            "server.public_url",
            "is http, but not loopback",
            "write https://",
        ),
        (
            "[server]\ntrusted_proxies = [\n\"10.0.0.0/8\",\n\"10.0.0.300/8\"]",
            3,
            "server.trusted_proxies[1]",
            "is not a CIDR",
            "write networks",
        ),
        (
            "[login]\nreturn_to = [\"https://*.com\"]",
            1,
            "login.return_to[0]",
            "wildcard",
            "only to the left of your own domain",
        ),
        (
            "[log]\nlevel = \"inof\"",
            1,
            "log.level",
            "is not a level (did you mean \"info\"?)",
            "write off, error, warn, info",
        ),
        ("[limits]\nbody_bytes = 5", 1, "limits.body_bytes", "5 is out of range", "from 1024 to 16777216"),
        (
            "[providers.corp.extra_params]\nSTATE = \"x\"",
            1,
            "providers.corp.extra_params.STATE",
            "sets itself",
            "remove it",
        ),
        (
            "[providers.x]\nkind = \"oauth3\"",
            1,
            "providers.x.kind",
            "\"oauth3\" is not one of the known values",
            "write one of \"oidc\", \"oauth2\", \"oauth1\"",
        ),
        ("[tokens\n", 0, "", "is not valid TOML", "[section]"),
    ] {
        let file = directory.write("wrong.toml", &format!("{rest}{lines}\n"));
        let Err(problems) = load(std::slice::from_ref(&file), &[]) else { panic!("accepted:\n{lines}") };
        let all: Vec<_> = problems.iter().collect();
        let [problem] = all.as_slice() else { panic!("not one problem:\n{problems}\n{lines}") };
        assert_eq!(problem.place, Place::File(file.display().to_string(), Some(after + line)), "{problem}");
        assert_eq!(problem.key, key);
        assert!(problem.what.contains(what) && problem.remedy.contains(remedy), "{problem}");
        let written = format!("{}:{}: ", file.display(), after + line);
        assert!(problem.to_string().starts_with(&written), "{problem}");
    }
}

#[test]
fn all_problems_are_reported_together() {
    let text = refused(
        "[server]\nlisten = 1\nworkers = -1\nx = 1\n[log]\nlevel = \"x\"\n[providers.a]\nkind = \"y\"\n[providers.b]\n\
         leeway = \"1d\"\n[providers.C]\n",
    );
    let keys: Vec<_> = text.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    let expected = [
        "database.url",
        "secrets.keys",
        "server.listen",
        "server.workers",
        "server.x",
        "log.level",
        "providers.a.kind",
        "providers.b.client_id",
        "providers.b.client_secret",
        "providers.b.issuer",
        "providers.b.leeway",
        "providers.C",
    ];
    assert_eq!(keys, expected, "{text}");
}

/// What follows from a missing required key is not reported beside it.
#[test]
fn a_missing_public_url_is_one_problem() {
    let needs = "[sessions.cookie]\ndomain = \"example.com\"\nsame_site = \"None\"\n[[verify.rules]]\nhosts = [\"wiki.example.com\"]\n";
    let text = refused(&(provider("") + needs));
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.contains("server.public_url: is missing, and sessions.cookie.domain needs it; write the address"),
        "{text}"
    );
    let cause_first = refused(&format!("{}[[verify.rules]]\nhosts = [\"wiki.example.com\"]\n", provider("")));
    assert!(cause_first.contains("is missing, and verify.rules[0].hosts[0] needs it"), "{cause_first}");
    assert_eq!(cause_first.lines().count(), 1, "{cause_first}");
    let second =
        refused(&format!("{}[[verify.rules]]\nhosts = [\"127.0.0.1:8443\", \"wiki.example.com\"]\n", provider("")));
    assert!(second.contains("verify.rules[0].hosts[1] needs it"), "{second}");
}

/// The line of a syntax error is shown with a mark, in JSON too; values that may be secrets are not.
#[test]
fn a_syntax_error_shows_its_line() {
    let directory = Directory::new();
    let file = directory.write("vestibule.toml", "[server]\npublic_url = https://login.example.com\n");
    let run = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.env_clear().arg("--config").arg(&file).args(words).output().expect("the program runs")
    };
    let said = String::from_utf8(run(&["config", "check"]).stderr).expect("UTF-8");
    let lines: Vec<&str> = said.lines().skip(1).collect();
    let shown =
        ["    2 | public_url = https://login.example.com", "      |              ^", "1 problem in the configuration."];
    assert_eq!(lines, shown, "{said}");
    let json: serde_json::Value = serde_json::from_slice(&run(&["config", "check", "--json"]).stdout).expect("JSON");
    assert_eq!(json["problems"][0]["excerpt"], shown[..2].join("\n"), "{json}");
}

/// An unreadable file is the only problem: its keys are not reported as missing.
#[test]
fn a_missing_file_is_the_only_problem() {
    let Err(problems) = load(&[PathBuf::from("/nowhere/x.toml")], &[]) else { panic!("accepted") };
    let text = problems.to_string();
    assert!(text.starts_with("/nowhere/x.toml: cannot be read (") && text.lines().count() == 1, "{text}");
}

/// LG-06: exit codes and output for scripts.
#[test]
fn config_check_exits_with_0_or_2() {
    let directory = Directory::new();
    let check = |text: &str| {
        let file = directory.write("vestibule.toml", text);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.env_clear().arg("--config").arg(file).args(["config", "check"]);
        let output = command.output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = check(&provider(""));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("The configuration is valid") && out.contains("Provider: corp."), "{out}");
    let (code, out, _) = check(&good());
    assert!(code == Some(0) && out.contains("Notice: no provider is configured"), "{out}");
    let (code, out, err) = check("[server]\nworkers = true\n");
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.ends_with("\n3 problems in the configuration.\n"), "{err}");
}

/// FI-24: a configuration is loaded at the start only. A start with an invalid one ends, and changes nothing.
#[tokio::test]
async fn a_start_with_an_invalid_file_leaves_the_running_gateway_alone() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let state = || ["users", "sessions", "signing_keys", "audit_events"].map(|table| gateway.database.rows(table));
    let before = state();
    let directory = Directory::new();
    let key = vestibule::base::seal::generate_key();
    let head = format!("[database]\nurl = {:?}\n[secrets]\nkeys = [\"{}\"]\n", gateway.database.url, key.expose());
    for (wrong, named) in [
        ("[tokens]\naccess_lifetime = \"x\"", "tokens.access_lifetime"),
        ("[sessions]\nidle = \"1h\"", "sessions.idle"),
        ("[server\n", "vestibule.toml"),
    ] {
        let file = directory.write("vestibule.toml", &format!("{head}{wrong}\n"));
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        let output = command.env_clear().arg("--config").arg(file).arg("serve").output().expect("the program runs");
        let report = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.code() == Some(2) && report.contains(named), "{report}");
    }
    assert_eq!(state(), before);
    assert_eq!(browser.fetch("/session").await.status, 200);
}
