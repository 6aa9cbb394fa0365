//! `[secrets]`, secret files, and secrets that no problem quotes.

use std::path::PathBuf;

use vestibule::base::seal;

use crate::config::support::{Directory, good, load, oidc, only_problem, refused};

#[test]
fn secrets_are_read_from_files() {
    let directory = Directory::new();
    let (old, new) = (seal::generate_key(), seal::generate_key());
    let url = directory.write("url", "postgres://v:hunter2@db/v\n");
    let keys = directory.write("keys", &format!("{}\r\n{}\n\n", new.expose(), old.expose()));
    let secret = directory.write("secret", " hunter2\n");
    let file = directory.write(
        "file.toml",
        &format!(
            "[database]\nurl_file = {url:?}\n[secrets]\nkeys_file = {keys:?}\n[providers.corp]\n\
             issuer = \"https://sso.example.com\"\nclient_id = \"v\"\nclient_secret_file = {secret:?}\n"
        ),
    );
    let config = load(&[file], &[]).unwrap_or_else(|problems| panic!("{problems}")).into_config();
    assert_eq!(config.database.access().url.expose(), "postgres://v:hunter2@db/v");
    assert_eq!(
        oidc(&config, 0).registration.client_secret.as_ref().map(|secret| secret.expose().to_owned()),
        Some(" hunter2".into())
    );
    let sealed = config.ring.seal("x", b"y");
    assert!(seal::Ring::parse([new.expose()]).is_ok_and(|ring| ring.open("x", &sealed).is_ok()), "the first key seals");
}

#[test]
fn a_secret_and_its_file_in_any_layers_conflict() {
    let directory = Directory::new();
    let secret = directory.write("url", "postgres://db/v");
    let file = directory.write("file.toml", &good());
    let path = secret.to_str().expect("a plain path");
    let Err(problems) = load(std::slice::from_ref(&file), &[("VESTIBULE__DATABASE__URL_FILE", path)]) else {
        panic!("accepted")
    };
    let place = format!("database.url is set as well ({}:2)", file.display());
    assert_eq!(
        problems.to_string(),
        format!("environment VESTIBULE__DATABASE__URL_FILE: {place}; keep one of database.url and database.url_file")
    );
    let emptied = load(&[file], &[("VESTIBULE__DATABASE__URL_FILE", path), ("VESTIBULE__DATABASE__URL", "")]);
    assert!(emptied.is_ok(), "an empty value is none");
}

/// LG-08
#[test]
fn an_invalid_secret_file_is_one_problem_and_is_not_quoted() {
    let directory = Directory::new();
    let empty = directory.write("empty", "\n");
    let large = directory.write("large", &"hunter2 ".repeat(10_000));
    let binary = directory.0.join("binary");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).expect("a file of our own");
    for (path, why) in [
        (empty, "is empty"),
        (large, "is larger than 64 KiB"),
        (binary, "cannot be read"),
        (directory.0.clone(), "cannot be read"),
        (PathBuf::from("hunter2"), "cannot be read"),
    ] {
        let text =
            format!("[database]\nurl_file = {path:?}\n[secrets]\nkeys = [\"{}\"]", seal::generate_key().expose());
        let problem = only_problem(&text);
        assert_eq!(problem.key, "database.url_file");
        assert!(problem.what.contains(why), "{problem}");
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
        let named = path.is_absolute();
        assert_eq!(problem.what.contains(path.to_str().expect("a plain path")), named, "{problem}");
        let remedy = match (why, named) {
            ("is empty", _) => "write the secret into it",
            (_, true) => "that this process may read",
            (_, false) => "a relative path starts at the working directory",
        };
        assert!(problem.remedy.ends_with(remedy), "{problem}");
    }
}

/// LG-06
#[test]
fn weak_missing_and_repeated_keys_are_rejected_and_not_quoted() {
    let (one, zeros) = (seal::generate_key(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let with = |keys: &str| refused(&format!("[database]\nurl = \"postgres://db/v\"\n[secrets]\nkeys = [{keys}]\n"));
    let missing = with("");
    assert!(missing.contains("secrets.keys: is missing; run `vestibule secrets generate`"), "{missing}");
    let key = one.expose();
    let text = with(&format!("\"{key}\", \"hunter2\", \"{zeros}\", \"{key}\""));
    assert!(text.contains("secrets.keys[1]: key 2 is not 32 bytes in base64; "), "{text}");
    assert!(text.contains("secrets.keys[2]: key 3 is not random; "), "{text}");
    assert!(!text.contains(key) && !text.contains("hunter2") && !text.contains(zeros), "{text}");
    let twice = with(&format!("\"{key}\", \"{key}\""));
    assert!(twice.contains("secrets.keys[1]: key 2 stands in the ring twice; remove one"), "{twice}");
}

/// LG-08
#[test]
fn no_problem_contains_a_secret() {
    let text = refused(
        "[database]\nurl = \"mysql://v:hunter2@db/v\"\n[secrets]\nkeys = [\"hunter2\"]\n[server]\n\
         public_url = \"https://v:hunter2@login.example.com\"\n[providers.corp]\nissuer = \"http://v:hunter2@s.example.com\"\n\
         client_id = \"v\"\nclient_secret = \"hunter2\"\nclient_secret_file = \"hunter2\"\nsigning_algorithms = [\"HS256\"]\n\
         jwks_uri = \"https://v:hunter2@s.example.com\"\n[login]\nallowed_origins = [\"https://v:hunter2@a.example.com\"]\n\
         return_to = [\"https://v:hunter2@a.example.com\"]\n",
    );
    assert!(text.lines().count() == 8 && !text.contains("hunter2"), "{text}");
    let mistyped = refused("[database]\nurl = [\"hunter2\"]\n[secrets]\nkeys = \"hunter2\"\n");
    assert!(!mistyped.contains("hunter2"), "{mistyped}");
}
