//! A gateway as an operator runs it: the binary with a configuration file, secrets in files, and environment variables.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use vestibule::base::seal;

use crate::directory::Directory;
use crate::guarded::Guarded;
use crate::ports;

/// The timeout of steps that usually take less than a second.
pub const STEP_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The configuration of a gateway.
pub struct Settings {
    pub directory: Directory,
    /// The port of the public listener. The next port is the port of the admin listener.
    pub port: u16,
    /// Of the provider `op`.
    pub client_secret: String,
    /// Of the secret ring.
    pub ring_key: String,
    /// The path of `server.public_url`.
    path: &'static str,
    variables: Vec<(String, String)>,
}

impl Settings {
    /// A configuration with one provider, `op`, and with longer database timeouts than the default, because the machine is
    /// busy with other programs.
    pub fn new(database_url: &str, issuer: &str) -> Self {
        let (directory, port) = (Directory::new(), ports::free::<2>());
        let (client_secret, ring_key) = (format!("client-secret-{}", uuid::Uuid::new_v4()), seal::generate_key());
        let url_file = directory.write("database_url", &format!("{database_url}\n"));
        let keys_file = directory.write("keys", &format!("{}\n", ring_key.expose()));
        let secret_file = directory.write("client_secret", &format!("{client_secret}\n"));
        let text = format!(
            r#"
[server]
public_url = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
admin_listen = "127.0.0.1:{admin}"
[database]
url_file = "{url_file}"
acquire_timeout = "20s"
statement_timeout = "20s"
[secrets]
keys_file = "{keys_file}"
[signing]
algorithms = ["ES256"]
[limits]
logins_per_minute = 100000
logins_per_minute_network = 1000000
tokens_per_minute = 100000
client_tokens_per_minute = 100000
[providers.op]
name = "The provider"
issuer = "{issuer}"
client_id = "vestibule"
client_secret_file = "{secret_file}"
"#,
            admin = port + 1,
        );
        directory.write("vestibule.toml", &text);
        Self { directory, port, client_secret, ring_key: ring_key.expose().to_owned(), path: "", variables: Vec::new() }
    }

    /// Sets a key, such as `server.workers`, by an environment variable.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        let name = format!("VESTIBULE__{}", key.to_uppercase().replace('.', "__"));
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Below a path, such as `/auth`.
    pub fn below(self, path: &'static str) -> Self {
        let below = Self { path, ..self };
        let public = below.public();
        below.with("server.public_url", &public)
    }

    /// With still longer timeouts of the database. The first login of a real browser compiles the patterns of user agents, on a thread of
    /// the database: without optimisation that takes seconds, on a busy machine more than the default timeouts.
    pub fn with_long_database_timeouts(self) -> Self {
        self.with("database.statement_timeout", "60s").with("database.acquire_timeout", "30s")
    }

    /// Adds text to the configuration file.
    pub fn and(self, text: &str) -> Self {
        let path = self.directory.join("vestibule.toml");
        let before = std::fs::read_to_string(&path).expect("the file");
        std::fs::write(&path, before + text).expect("the file");
        self
    }

    /// `server.public_url`: `http://address:port` of the public listener, and the path.
    pub fn public(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.path)
    }

    /// `vestibule --config … VERB`
    pub fn command(&self, verb: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.arg("--config").arg(self.directory.join("vestibule.toml")).args(verb);
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).current_dir(self.directory.path());
        command.stdin(Stdio::null());
        command
    }

    /// Runs a subcommand to its end.
    pub fn run(&self, verb: &[&str]) -> Ended {
        let output = self.command(verb).output().expect("the binary");
        Ended::from(output)
    }

    /// `vestibule serve`, once it is ready.
    pub fn serve(self) -> Gateway {
        let command = self.command(&["serve"]);
        self.serve_by(command)
    }

    /// The same with another command, such as a shell that lowers a limit first.
    pub fn serve_by(self, mut command: Command) -> Gateway {
        let (log, out) = (self.directory.join("log"), self.directory.join("out"));
        command.stdout(File::create(&out).expect("a file")).stderr(File::create(&log).expect("a file"));
        let child = Guarded::spawn(&mut command).expect("the binary");
        let mut gateway = Gateway { child, log, out, settings: self };
        gateway.wait_until_ready();
        gateway
    }
}

/// The result of a subcommand.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A running gateway; killed when dropped.
pub struct Gateway {
    child: Guarded,
    log: PathBuf,
    out: PathBuf,
    pub settings: Settings,
}

impl Gateway {
    /// `http://address:port` of the public listener.
    pub fn public(&self) -> String {
        self.settings.public()
    }

    /// `http://address:port` of the admin listener.
    pub fn admin(&self) -> String {
        format!("http://{}", self.admin_address())
    }

    fn admin_address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.settings.port + 1).into()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its standard error so far.
    pub fn log(&self) -> String {
        complete_log(&self.log, self.settings.port)
    }

    /// Its standard output so far.
    pub fn out(&self) -> String {
        std::fs::read_to_string(&self.out).expect("a file")
    }

    /// The status of `/readyz`, if there is a response.
    pub fn readiness(&self) -> Option<u16> {
        status(self.admin_address(), "/readyz")
    }

    fn wait_until_ready(&mut self) {
        let started = Instant::now();
        while self.readiness() != Some(200) {
            let ended = self.child.try_wait().expect("its state");
            assert!(ended.is_none(), "it ended with {ended:?} instead of starting:\n{}", self.log());
            assert!(started.elapsed() < STEP_TIMEOUT, "it never gets ready:\n{}", self.log());
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Sends a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status;
            }
            assert!(started.elapsed() < STEP_TIMEOUT, "it does not end:\n{}", self.log());
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Kills it, as a crash does.
    pub fn kill(&mut self) {
        self.child.kill().expect("a running process");
        self.child.wait().expect("its end");
    }

    /// Starts it again with the same command.
    pub fn serve_again(&mut self) {
        let mut command = self.settings.command(&["serve"]);
        let log = File::options().append(true).open(&self.log).expect("a log");
        self.child = Guarded::spawn(command.stdout(Stdio::null()).stderr(log)).expect("the binary");
        self.wait_until_ready();
    }

    /// Stops it gracefully. Returns its log.
    pub fn stop(mut self) -> String {
        self.signal("TERM");
        let status = self.wait();
        assert!(status.success(), "it ended with {status}:\n{}", self.log());
        self.log()
    }
}

/// Sends a signal to a process that a test started.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("/bin/sh").args(["-c", "kill -\"$1\" \"$2\"", "signal", name, &pid.to_string()]).status();
    assert!(sent.expect("a shell").success(), "no process {pid}");
}

/// The log of the gateway at that port. A thread writes it after the answers, in order, so this sends a request and waits for its line,
/// which the level `info` and more detailed ones have.
pub fn complete_log(path: &Path, port: u16) -> String {
    let read = || std::fs::read_to_string(path).expect("a log");
    let answer = answer(([127, 0, 0, 1], port).into(), "/log", Duration::from_secs(5)).unwrap_or_default();
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: "));
    let started = Instant::now();
    while id.is_some_and(|id| !read().contains(id)) && started.elapsed() < STEP_TIMEOUT {
        std::thread::sleep(Duration::from_millis(5));
    }
    read()
}

/// The status of a GET; `None` without a response within five seconds.
pub fn status(address: SocketAddr, path: &str) -> Option<u16> {
    answer(address, path, Duration::from_secs(5))?.split(' ').nth(1)?.parse().ok()
}

/// The response to a GET, with its headers.
fn answer(address: SocketAddr, path: &str, limit: Duration) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&address, limit).ok()?;
    stream.set_read_timeout(Some(limit)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
