//! Configuration files and variables of a test, and the result of loading them.

use std::ffi::OsString;
use std::path::PathBuf;

use vestibule::base::seal;
use vestibule::config::{self, Config, Loaded, Problems};

/// A temporary directory, which is removed at the end.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("vestibule-config-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("a directory of our own");
        Self(path)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file of our own");
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn good() -> String {
    format!(
        "[database]\nurl = \"postgres://v:hunter2@db/v\"\n[secrets]\nkeys = [\"{}\"]\n",
        seal::generate_key().expose()
    )
}

pub fn provider(lines: &str) -> String {
    format!(
        "{}[providers.corp]\nissuer = \"https://sso.example.com\"\nclient_id = \"v\"\nclient_secret = \"hunter2\"\n{lines}\n",
        good()
    )
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

pub fn load(files: &[PathBuf], pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    config::load_with(files, variables(pairs))
}

pub fn accepted(text: &str) -> Config {
    config::from_toml(text).unwrap_or_else(|problems| panic!("refused:\n{problems}\n{text}"))
}

/// All problems of a text, one per line, as `line: key: …`.
pub fn refused(text: &str) -> String {
    match config::from_toml(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(problems) => problems.to_string(),
    }
}

pub fn only_problem(text: &str) -> config::Problem {
    let Err(problems) = config::from_toml(text) else { panic!("accepted:\n{text}") };
    let all: Vec<_> = problems.iter().cloned().collect();
    assert_eq!(all.len(), 1, "not one problem:\n{problems}\n{text}");
    all.into_iter().next().expect("one")
}

pub fn oidc(config: &Config, place: usize) -> &config::Oidc {
    let config::Provider::Oidc(oidc) = &config.providers[place] else { panic!("no OpenID provider") };
    oidc
}
