//! Programs that the tests start: the pretend provider, npm's certified one, the verifiers, a browser.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::gateway::{Ended, status};
use crate::guarded::Guarded;

/// The directory of the scripts.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}

/// `node SCRIPT` of the peers; fails if its modules are not installed.
pub fn node(script: &str) -> Command {
    node_at(&folder().join(script))
}

/// `node SCRIPT` of any script.
pub fn node_at(script: &Path) -> Command {
    let installed = folder().join("node_modules/.installed");
    assert!(installed.exists(), "{} is missing: run scripts/bootstrap-test", installed.display());
    let mut command = Command::new("node");
    command.arg(script).env("PATH", path()).env("NODE_NO_WARNINGS", "1");
    command
}

/// `python SCRIPT` of the peers, in the environment of the tests.
pub fn python(script: &str) -> Command {
    python_at(&folder().join(script))
}

/// `python SCRIPT` of any script.
pub fn python_at(script: &Path) -> Command {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".dev/venv/bin/python");
    assert!(python.exists(), "{} is missing: run scripts/bootstrap-test", python.display());
    let mut command = Command::new(python);
    command.arg(script);
    command
}

/// The search path with what `scripts/bootstrap-test` installs in front: Node.js, if the machine's is too old.
#[expect(clippy::disallowed_methods, reason = "programs are found by PATH")]
fn path() -> String {
    let found = std::env::var("PATH").unwrap_or_default();
    format!("{}/.dev/venv/bin:{found}", env!("CARGO_MANIFEST_DIR"))
}

/// Runs a program to its end with a text on its standard input.
pub fn run(command: &mut Command, input: &str) -> Ended {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a peer");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that ends without reading its input reports its own error.
    let _unread = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("its end").into()
}

/// A running provider; ended when dropped.
pub struct Provider {
    child: Guarded,
    /// The standard input, whose end stops the script, and its output.
    pipes: Option<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Provider {
    /// The pretend provider on `port`, for a client `vestibule`. A login that is asked to be slow takes four seconds.
    pub fn pretend(port: u16, issuer: &str, secret: &str, redirect_uris: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.args(["dev", "provider", "--listen", &format!("127.0.0.1:{port}"), "--issuer", issuer, "--slow", "4"]);
        command.args(["--client-secret", secret]);
        command.args(redirect_uris.iter().flat_map(|uri| ["--redirect-uri", uri]));
        let child = Guarded::spawn(command.stdin(Stdio::null()).stdout(Stdio::null())).expect("the pretend provider");
        let provider = Self { child, pipes: None };
        wait_for(port, "/.well-known/openid-configuration");
        provider
    }

    /// npm's certified provider on `port`.
    pub fn certified(port: u16, secret: &str, redirect_uris: &[String], options: &[&str]) -> Self {
        let mut command = node("provider.mjs");
        command.args(["--port", &port.to_string(), "--client-secret", secret]).args(options);
        command.args(redirect_uris.iter().flat_map(|uri| ["--redirect-uri", uri]));
        Self::start_until_ready(&mut command)
    }

    /// Debian's glewlwyd on `port`, which has one person: `ada`, with the password `lovelace`.
    pub fn glewlwyd(port: u16, secret: &str, redirect_uri: &str, options: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(".dev/glewlwyd");
        assert!(root.exists(), "{} is missing: run scripts/bootstrap-test", root.display());
        let mut command = python("glewlwyd.py");
        command.arg("--root").arg(root).args(["--port", &port.to_string(), "--client-secret", secret]);
        command.args(["--redirect-uri", redirect_uri]).args(options);
        Self::start_until_ready(&mut command)
    }

    /// An OpenID provider on `port` that is a script of the peers.
    pub fn python(script: &str, port: u16, secret: &str, redirect_uri: &str, options: &[&str]) -> Self {
        let mut command = python(script);
        command.args(["--port", &port.to_string(), "--client-secret", secret, "--redirect-uri", redirect_uri]);
        Self::start_until_ready(command.args(options))
    }

    /// A provider of OAuth 1.0a on `port`, made of the server of a library: `oauthlib` or `authlib`.
    pub fn oauth1(library: &str, port: u16, client_id: &str, secret: &str) -> Self {
        let mut command = python("oauth1_server.py");
        command.args(["--library", library, "--port", &port.to_string(), "--client-id", client_id]);
        Self::start_until_ready(command.args(["--client-secret", secret]))
    }

    /// Starts a script that prints a line when it is ready and ends with its standard input.
    fn start_until_ready(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = Guarded::spawn(command).expect("a peer");
        let (stdin, stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let (mut stdout, mut ready) = (BufReader::new(stdout), String::new());
        let read = stdout.read_line(&mut ready);
        let provider = Self { child, pipes: Some((stdin, stdout)) };
        read.expect("a line");
        assert!(ready.replace(' ', "").contains("\"ready\":true"), "the provider did not start: {ready:?}");
        provider
    }

    /// Makes npm's provider sign with new keys; issued tokens stay valid.
    pub fn rotate(&mut self) {
        let (stdin, stdout) = self.pipes.as_mut().expect("npm's provider");
        stdin.write_all(b"rotate\n").expect("a peer that listens");
        // There may be other lines before.
        let answered = stdout.lines().map_while(Result::ok).any(|line| line.contains("\"rotated\":true"));
        assert!(answered, "provider.mjs did not change its keys");
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // A script removes its files when its standard input ends. The pretend provider has none.
        if self.pipes.take().is_some() {
            let _reaped = self.child.wait();
        }
    }
}

/// Waits until a port answers.
pub fn wait_for(port: u16, path: &str) {
    let (address, started) = (SocketAddr::from(([127, 0, 0, 1], port)), Instant::now());
    while status(address, path) != Some(200) {
        assert!(started.elapsed() < Duration::from_secs(30), "no answer at {address}{path}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
