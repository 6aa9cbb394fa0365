//! `vestibule keys`, which uses the database directly.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::{Cluster, Database, ring_key};

/// `vestibule keys` with a configuration file for a database.
struct KeysCommand(PathBuf);

impl KeysCommand {
    fn of(database: &Database, more: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("vestibule-keys-{}-{number}.toml", std::process::id()));
        let text = format!("[database]\nurl = {:?}\n{more}", database.url);
        let ring =
            if more.contains("[secrets]") { String::new() } else { format!("[secrets]\nkeys = [{:?}]\n", ring_key()) };
        std::fs::write(&path, text + &ring).expect("a file");
        Self(path)
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.arg("--config").arg(&self.0).arg("keys").args(words).output().expect("it runs")
    }

    /// The output of a successful command.
    #[track_caller]
    fn prints(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    #[track_caller]
    fn json(&self, verb: &str) -> Vec<Value> {
        serde_json::from_str(&self.prints(&[verb, "--json"])).expect("JSON")
    }

    /// The error of a failed command.
    #[track_caller]
    fn refuses(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &[][..]), "{words:?}: {output:?}");
        String::from_utf8(output.stderr).expect("text")
    }
}

impl Drop for KeysCommand {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

fn of_state<'k>(keys: &'k [Value], state: &str) -> Vec<&'k str> {
    keys.iter().filter(|key| key["state"] == state).map(|key| key["kid"].as_str().expect("a kid")).collect()
}

#[test]
fn keys_are_listed_with_their_plan_and_rotated() {
    let keys = KeysCommand::of(&Cluster::shared().database(), "");
    let before = keys.json("list");
    assert_eq!(of_state(&before, "active").len(), 2);
    let text = keys.prints(&["list"]);
    assert_eq!(text.lines().count(), 2);
    for key in &before {
        let line = format!(
            "{}  active     {}  published 2",
            key["algorithm"].as_str().expect("a name"),
            key["kid"].as_str().expect("a kid")
        );
        assert!(text.contains(&line), "{line:?} is not in {text}");
    }

    // The current keys, and the planned next key of each algorithm, which has no id yet.
    let plan = keys.json("plan");
    let of = |algorithm: &str| -> Vec<_> {
        let points = plan.iter().filter(|point| point["algorithm"] == algorithm);
        points
            .map(|point| (point["state"].as_str().expect("a state"), point["done"] == true, point["kid"].is_string()))
            .collect()
    };
    for algorithm in ["ES256", "RS256"] {
        let (done, planned) = ((true, true), (false, false));
        let expected = [
            ("published", done),
            ("active", done),
            ("published", planned),
            ("retiring", (false, true)),
            ("active", planned),
            ("gone", (false, true)),
        ];
        assert_eq!(of(algorithm), expected.map(|(state, (done, kid))| (state, done, kid)), "{plan:?}");
    }
    let text = keys.prints(&["plan"]);
    assert_eq!((text.lines().count(), text.matches("(a new key)").count()), (12, 4), "{text}");
    assert!(text.is_ascii() && text.lines().all(|line| line.starts_with("20")), "{text}");

    let text = keys.prints(&["rotate"]);
    let now = keys.json("list");
    let new = of_state(&now, "published");
    assert_eq!((new.len(), of_state(&now, "active")), (2, of_state(&before, "active")));
    assert!(new.iter().all(|kid| text.contains(&format!("{kid}  new key; signs from 20"))), "{text}");
    // A second command creates no further key.
    let again = keys.prints(&["rotate"]);
    assert_eq!(keys.json("list"), now);
    assert!(new.iter().all(|kid| again.contains(&format!("{kid}  published earlier; "))), "{again}");
}

/// JW-11
#[test]
fn an_emergency_revokes_the_named_keys_or_all() {
    let keys = KeysCommand::of(&Cluster::shared().database(), "");
    let first = keys.json("list");
    let of = |algorithm| first.iter().find(|key| key["algorithm"] == algorithm).and_then(|key| key["kid"].as_str());
    let (es256, rs256) = (of("ES256").expect("a kid"), of("RS256").expect("a kid"));
    let text = keys.prints(&["rotate", "--emergency", "--key", es256]);
    for words in [&format!("ES256  {es256}  revoked"), "new key; it signs", "Within 60 s", "max-age", "3240 s"] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert!(!text.contains(rs256), "{text}");
    let second = keys.json("list");
    let revoked = |keys: &[Value]| keys.iter().filter(|key| key["revoked_at"].is_string()).count();
    assert_eq!((revoked(&second), of_state(&second, "active").len(), of_state(&second, "gone")), (1, 2, vec![es256]));
    assert!(keys.prints(&["list"]).contains("revoked 20"));
    let twice = keys.refuses(&["rotate", "--emergency", "--key", es256]);
    assert!(twice.contains(es256) && twice.contains("already revoked"), "{twice}");
    let unknown = keys.refuses(&["rotate", "--emergency", "--key", "-hyphen"]);
    assert!(unknown.contains("-hyphen"), "a key id may begin with a hyphen: {unknown}");

    // A published key that does not sign yet is in some caches already, so it becomes the signing key.
    keys.prints(&["rotate"]);
    let active = of_state(&second, "active");
    let words: Vec<_> =
        ["rotate", "--emergency"].into_iter().chain(active.iter().flat_map(|kid| ["--key", kid])).collect();
    assert!(keys.prints(&words).contains("published earlier; it signs"));
    keys.prints(&["rotate", "--emergency"]);
    let last = keys.json("list");
    assert_eq!((revoked(&last), last.len(), of_state(&last, "active").len()), (5, 7, 2));
    assert!(keys.run(&["rotate", "--key", es256]).status.code() == Some(2), "only in an emergency");
}

/// JW-12: a secret ring that cannot decrypt the keys creates none.
#[test]
fn a_wrong_secret_ring_changes_nothing() {
    let database = Cluster::shared().database();
    let ring = format!("[secrets]\nkeys = [{:?}]\n", vestibule::base::seal::generate_key().expose());
    let (keys, right) = (KeysCommand::of(&database, &ring), KeysCommand::of(&database, ""));
    let before = right.json("list");
    for words in [&["rotate"][..], &["rotate", "--emergency"]] {
        let why = keys.refuses(words);
        assert!(why.contains("cannot be opened") && why.contains("secrets.keys"), "{why}");
    }
    assert_eq!(right.json("list"), before);
    assert_eq!(keys.json("list"), before, "listing needs no secret ring");
}

#[test]
fn with_key_files_no_key_is_created() {
    let (key, pem) = crate::keys::files::pem(vestibule::config::Algorithm::Es256);
    let path = std::env::temp_dir().join(format!("vestibule-keys-{}.pem", uuid::Uuid::new_v4()));
    std::fs::write(&path, pem).expect("a file");
    let database = Cluster::shared().database();
    let settings = format!("[signing]\nalgorithms = ['ES256']\nkey_files = [{path:?}]\n");
    let keys = KeysCommand::of(&database, &settings.replace("[signing]", "pool_size = 2\n[signing]"));
    assert!(keys.refuses(&["rotate"]).contains("signing.key_files"));
    let listed = keys.json("list");
    assert_eq!((listed[0]["kid"].as_str(), listed[0]["file"].as_bool(), listed.len()), (Some(&*key), Some(true), 3));
    assert!(keys.prints(&["plan"]).contains("signing.key_files"));
    assert!(keys.refuses(&["rotate", "--emergency", "--key", &key]).contains("signing.key_files"));
    let text = keys.prints(&["rotate", "--emergency"]);
    assert!(text.contains("are not changed") && text.matches("revoked").count() >= 2, "{text}");
    std::fs::remove_file(path).expect("a file");
}
