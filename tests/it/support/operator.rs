//! The command line, with the database of a gateway.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cluster::Cluster;
use super::gateway::Gateway;

/// The operator, with a configuration file for a gateway's database.
pub struct Operator(PathBuf);

impl Operator {
    pub fn of(gateway: &Gateway) -> Self {
        Self::with(gateway, "")
    }

    /// With more configuration.
    pub fn with(gateway: &Gateway, toml: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("vestibule-devices-{}-{number}.toml", std::process::id()));
        let text = format!(
            "[database]\nurl = {:?}\n[secrets]\nkeys = [{:?}]\n[cleanup]\nbatch = 10\n{toml}",
            gateway.database.url,
            Cluster::ring_key(),
        );
        std::fs::write(&path, text).expect("a file");
        Self(path)
    }

    pub fn says(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.arg("--config").arg(&self.0).args(words).output().expect("it runs")
    }

    /// The output of a successful command.
    #[track_caller]
    pub fn prints(&self, words: &[&str]) -> String {
        let output = self.says(words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// The error of a command that exits with 1 and prints nothing.
    #[track_caller]
    pub fn complains(&self, words: &[&str]) -> String {
        let output = self.says(words);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{words:?}: {output:?}");
        String::from_utf8(output.stderr).expect("text")
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}
