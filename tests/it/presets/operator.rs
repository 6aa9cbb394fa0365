//! Support: a directory with the files that the snippets name, and the command line.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use rcgen::KeyPair;
use vestibule::base::seal;
use vestibule::config::{self, Config, Problems};

/// A client secret that is long enough for HMAC signatures.
pub const SECRET: &str = "a-secret-of-more-than-thirty-two-bytes";

/// A temporary directory, which is removed at the end.
pub struct Operator(PathBuf);

impl Operator {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("vestibule-presets-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("a directory of our own");
        let operator = Self(path);
        operator.write("secret", SECRET);
        operator.write("key", &KeyPair::generate().expect("a key").serialize_pem());
        operator.write("ring", seal::generate_key().expose());
        operator.write("url", "postgres://nobody@127.0.0.1:1/nothing");
        operator
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file of our own");
        path
    }

    /// The text with the paths of existing files, and with the required keys of every configuration.
    pub fn completed(&self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(|line| self.with_file(line)).collect();
        if !text.contains("[database]") {
            lines.push(format!("[database]\nurl_file = \"{}\"", self.0.join("url").display()));
        }
        if !text.contains("[secrets]") {
            lines.push(format!("[secrets]\nkeys_file = \"{}\"", self.0.join("ring").display()));
        }
        lines.join("\n") + "\n"
    }

    fn with_file(&self, line: &str) -> String {
        let Some((key, _)) = line.split_once("_file = ") else { return line.to_owned() };
        let name = match key.trim() {
            "url" => "url",
            "keys" => "ring",
            "private_key" => "key",
            _ => "secret",
        };
        format!("{key}_file = \"{}\"", self.0.join(name).display())
    }

    /// Loads a snippet as a whole configuration.
    pub fn load(&self, text: &str) -> Result<Config, Problems> {
        config::from_toml(&self.completed(text))
    }

    /// `vestibule --config FILE VERB…` with this configuration: exit code, standard output, standard error.
    pub fn run(&self, text: &str, verb: &[&str]) -> (Option<i32>, String, String) {
        let file = self.write("vestibule.toml", &self.completed(text));
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.arg("--config").arg(file).args(verb).current_dir(&self.0).stdin(Stdio::null());
        let output = command.output().expect("the binary");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}
