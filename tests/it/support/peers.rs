//! The interpreters and libraries that `scripts/bootstrap-test` installs, for programs of other people.

use std::path::{Path, PathBuf};
use std::process::Command;

fn installed(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    assert!(path.exists(), "{} is missing: run scripts/bootstrap-test", path.display());
    path
}

/// Python with the packages of `tests/peers/requirements.txt`.
pub fn python() -> Command {
    Command::new(installed(".dev/venv/bin/python"))
}

/// Node.js with a script of that name, which can import the packages of `tests/peers/package.json`.
#[expect(clippy::disallowed_methods, reason = "programs are found by PATH")]
pub fn node(name: &str, script: &str) -> Command {
    // Modules are looked for beside the script, so it gets a folder with those of the tests.
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("node-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (path, modules) = (folder.join(name), folder.join("node_modules"));
    std::fs::write(&path, script).expect("written");
    if !modules.exists() {
        std::os::unix::fs::symlink(installed("tests/peers/node_modules"), modules).expect("a link");
    }
    let found = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("node");
    command.arg(path).env("PATH", format!("{}/.dev/venv/bin:{found}", env!("CARGO_MANIFEST_DIR")));
    command
}
