//! Failed starts: each prints one line with the cause and exits with 1.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use vestibule::dev::postgres::{Place, Postgres};

use crate::database::Database;
use crate::gateway::Settings;

const NOBODY: &str = "http://127.0.0.1:9";

/// The last line of the output of a failed start.
fn refused(settings: &Settings) -> String {
    let ended = settings.run(&["serve"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    for line in ended.stderr.lines() {
        let is_whole = line.starts_with("vestibule does not start: ") || line.starts_with("20");
        assert!(is_whole, "a line of its own: {line:?} in {}", ended.stderr);
    }
    ended.stderr.lines().last().expect("a word").to_owned()
}

/// JW-12, FI-26: another secret ring cannot decrypt the keys, and no new keys are created.
#[test]
fn a_wrong_secret_ring_prevents_the_start_and_creates_no_keys() {
    let database = Database::empty();
    Settings::new(&database.url, NOBODY).serve();
    let keys = || database.sql("SELECT kid, state, encode(private_key, 'hex') FROM signing_keys ORDER BY kid");
    let (before, kid) = (keys(), database.sql("SELECT kid FROM signing_keys"));
    assert!(!kid.is_empty());
    for algorithms in ["ES256", "ES256,EdDSA"] {
        let other = Settings::new(&database.url, NOBODY).with("signing.algorithms", algorithms);
        let why = refused(&other);
        assert!(why.contains(&kid) && why.contains("secrets.keys"), "{why}");
        assert_eq!(keys(), before);
    }
}

#[test]
fn an_occupied_port_is_named_in_the_error() {
    let settings = Settings::new(&Database::empty().url, NOBODY);
    for port in [settings.port, settings.port + 1] {
        let _taken = TcpListener::bind(("127.0.0.1", port)).expect("a port");
        let why = refused(&settings);
        assert!(why.contains(&format!("127.0.0.1:{port}")) && why.contains("listen"), "{why}");
    }
}

/// LG-08: the log tells the operator the cause, without the password.
#[test]
fn an_unreachable_database_prevents_the_start_and_its_password_is_not_shown() {
    for address in ["127.0.0.1:1", "no-such-host.invalid:5432"] {
        let url = format!("postgres://vestibule:hunter2@{address}/vestibule");
        let settings = Settings::new(&url, NOBODY).with("database.connect_timeout", "300ms");
        let why = refused(&settings);
        let host = address.split(':').next().expect("a host");
        assert!(why.contains("database") && why.contains(host), "{why}");
        assert!(!why.contains("timed out waiting"), "the reason alone: {why}");
        let all = settings.run(&["migrate"]);
        assert_eq!(all.code, Some(1));
        assert!(!format!("{why}{}", all.stderr).contains("hunter2"), "{why}{}", all.stderr);
    }
}

/// A database that starts beside the gateway, or after it.
#[test]
fn the_start_waits_for_a_database_that_is_not_available_yet() {
    let mut postgres = Postgres::start(Place::Throwaway).expect("a PostgreSQL");
    postgres.create_database("later", None).expect("a database");
    postgres.stop().expect("a stop");
    let settings = Settings::new(&postgres.url("later"), NOBODY);
    let log = settings.directory.join("log");
    let starting = std::thread::spawn(move || settings.serve());
    let began = Instant::now();
    while !std::fs::read_to_string(&log).is_ok_and(|log| log.contains("the start waits for it")) {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", std::fs::read_to_string(&log));
        std::thread::sleep(Duration::from_millis(10));
    }
    postgres.start_again().expect("a start");
    let gateway = starting.join().expect("a gateway");
    assert_eq!(gateway.readiness(), Some(200), "{}", gateway.log());
    assert_eq!(gateway.log().matches("the start waits for it").count(), 1, "{}", gateway.log());
}

/// A wrong password is not waited for, and a missing schema and a missing privilege come with the remedy.
#[test]
fn database_errors_that_waiting_does_not_change_name_the_remedy() {
    let database = Database::empty();
    let settings = Settings::new(&database.url, NOBODY);
    let began = Instant::now();
    let why = refused(&Settings::new(&database.url_as("nobody_knows"), NOBODY));
    assert!(why.contains("FATAL") && began.elapsed() < Duration::from_secs(20), "{why}");

    let listed = settings.run(&["users", "list"]);
    assert_eq!((listed.code, listed.stdout.as_str()), (Some(1), ""));
    assert!(listed.stderr.contains("vestibule migrate"), "{}", listed.stderr);

    let role = format!("role_{}", uuid::Uuid::new_v4().simple());
    database.sql(&format!("CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC"));
    for verb in ["migrate", "serve"] {
        let ended = Settings::new(&database.url_as(&role), NOBODY).run(&[verb]);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        for words in ["permission denied for schema public", "GRANT USAGE, CREATE ON SCHEMA public"] {
            assert!(ended.stderr.contains(words), "{verb}: {words} is not in {}", ended.stderr);
        }
    }
}

/// LG-08: every user of the machine can read command lines.
#[test]
fn no_command_line_contains_a_secret() {
    let gateway = Settings::new(&Database::empty().url, NOBODY).serve();
    let Ok(line) = std::fs::read(format!("/proc/{}/cmdline", gateway.pid())) else { return };
    let line = String::from_utf8_lossy(&line).replace('\0', " ");
    assert!(line.ends_with("serve "), "{line}");
    assert!(!line.contains(&gateway.settings.ring_key) && !line.contains(&gateway.settings.client_secret), "{line}");
}
