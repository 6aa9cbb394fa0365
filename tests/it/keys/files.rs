//! `signing.key_files`

use std::path::{Path, PathBuf};
use std::process::Command;

use vestibule::config::Algorithm;
use vestibule::keys::SigningKey;

use crate::keys::replica::{kid_of, published, status, token};
use crate::support::{Cluster, Setup};

/// A new key: its id and its PEM.
pub fn pem(algorithm: Algorithm) -> (String, String) {
    use base64::Engine;
    let (key, pkcs8) = SigningKey::generate(algorithm).expect("a key");
    let base64 = base64::engine::general_purpose::STANDARD.encode(pkcs8);
    (key.kid().to_owned(), format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n"))
}

/// A directory that goes with the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("vestibule-keys-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("a directory");
        Self(path)
    }

    /// A new key in a file; its id.
    fn key(&self, name: &str, algorithm: Algorithm) -> String {
        let (kid, pem) = pem(algorithm);
        std::fs::write(self.0.join(name), pem).expect("a file");
        kid
    }

    fn setting(&self, algorithms: &[&str], names: &[&str]) -> String {
        let paths: Vec<_> = names.iter().map(|name| self.0.join(name)).collect();
        format!("[signing]\nalgorithms = {algorithms:?}\nkey_files = {paths:?}\n")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// The first file of an algorithm signs, and all are published.
#[tokio::test]
async fn keys_from_files_sign_and_no_key_is_created() {
    let files = Directory::new();
    let first = files.key("first.pem", Algorithm::Es256);
    let second = files.key("second.pem", Algorithm::Es256);
    let rsa = files.key("rsa.pem", Algorithm::Rs256);
    let database = Cluster::shared().empty_database();
    let setting = files.setting(&["ES256", "RS256"], &["first.pem", "second.pem", "rsa.pem"]);
    let gateway = Setup::new().on(&database).toml(&setting).start();
    assert_eq!(published(&gateway).await, [first.clone(), second.clone(), rsa.clone()]);
    let old = token(&gateway.browser()).await;
    assert_eq!(kid_of(&old), first);
    // Replacement: the next key signs, and the previous one stays published for its tokens.
    let setting = files.setting(&["ES256", "RS256"], &["second.pem", "first.pem", "rsa.pem"]);
    let next = Setup::beside(&gateway).toml(&setting).start();
    let new = token(&next.browser()).await;
    assert_eq!(kid_of(&new), second);
    for gateway in [&gateway, &next] {
        assert_eq!((status(gateway, &old).await, status(gateway, &new).await), (200, 200));
    }
    assert_eq!(database.rows("signing_keys"), 0);
}

/// LG-06: the error names the file and does not quote it.
#[test]
fn invalid_key_files_prevent_the_start() {
    let files = Directory::new();
    files.key("ec.pem", Algorithm::Es256);
    files.key("ed.pem", Algorithm::EdDsa);
    let text = std::fs::read_to_string(files.0.join("ec.pem")).expect("a file");
    let body = text.lines().nth(1).expect("base64").to_owned();
    let write = |name: &str, text: &str| std::fs::write(files.0.join(name), text).expect("a file");
    write("none.pem", "nothing\n");
    write("sec1.pem", &text.replace("PRIVATE", "EC PRIVATE"));
    write("cut.pem", &text.replace(&body, &body[..40]));
    write("copy.pem", &text);
    for (algorithms, names, key, what) in [
        (&["ES256"][..], &["none.pem"][..], "signing.key_files[0]", "no private key in PEM"),
        (&["ES256"], &["sec1.pem"], "signing.key_files[0]", "no private key in PEM"),
        (&["ES256"], &["cut.pem"], "signing.key_files[0]", "neither a P-256"),
        (&["ES256"], &["ec.pem", "absent.pem"], "signing.key_files[1]", "cannot be read"),
        (&["ES256"], &["ec.pem", "copy.pem"], "signing.key_files[1]", "the same key"),
        (&["ES256"], &["ec.pem", "ed.pem"], "signing.key_files[1]", "a key for EdDSA"),
        (&["ES256", "EdDSA"], &["ec.pem"], "signing.key_files", "has no key for EdDSA"),
    ] {
        let setting = files.setting(algorithms, names);
        let ring = vestibule::base::seal::generate_key();
        let text = format!("{setting}[database]\nurl = 'postgres://db/v'\n[secrets]\nkeys = [{:?}]\n", ring.expose());
        let problems = vestibule::config::from_toml(&text).map(drop).expect_err("a bad file").to_string();
        assert!(problems.contains(&format!("{key}: ")) && problems.contains(what), "{names:?}: {problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
        assert!(!problems.contains(&body[..20]), "{problems}");
    }
}

/// After a change from stored keys to key files, tokens of the stored keys still verify.
#[tokio::test]
async fn stored_keys_verify_after_a_change_to_files() {
    let files = Directory::new();
    let kid = files.key("key.pem", Algorithm::EdDsa);
    let made = Setup::new().start();
    let old = token(&made.browser()).await;
    let gateway = Setup::beside(&made).toml(&files.setting(&["EdDSA"], &["key.pem"])).start();
    let new = token(&gateway.browser()).await;
    assert_eq!((kid_of(&new), status(&gateway, &new).await, status(&gateway, &old).await), (kid, 200, 200));
    assert!(published(&gateway).await.contains(&kid_of(&old)));
}

/// The PEM forms of `openssl` differ from those of the gateway.
#[tokio::test]
async fn keys_written_by_openssl_are_accepted() {
    let files = Directory::new();
    let make = |name: &str, words: &[&str]| {
        let out: &Path = &files.0.join(name);
        let made = Command::new("openssl").arg("genpkey").args(words).arg("-out").arg(out).output();
        made.is_ok_and(|made| made.status.success())
    };
    let all = make("ec.pem", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
        && make("rsa.pem", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        && make("ed.pem", &["-algorithm", "ED25519"]);
    assert!(all, "openssl(1) is needed");
    for (algorithm, name) in [("ES256", "ec.pem"), ("RS256", "rsa.pem"), ("EdDSA", "ed.pem")] {
        let gateway = Setup::new().on(&Cluster::shared().empty_database());
        let gateway = gateway.toml(&files.setting(&[algorithm], &[name])).start();
        let token = token(&gateway.browser()).await;
        let header = jsonwebtoken::decode_header(&token).expect("a header");
        assert_eq!((format!("{:?}", header.alg).as_str(), status(&gateway, &token).await), (algorithm, 200));
        assert_eq!(published(&gateway).await, [kid_of(&token)]);
    }
}
