//! `vestibule dev` when it is killed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;

use crate::directory::Directory;
use crate::gateway::{complete_log, signal};
use crate::guarded::Guarded;
use crate::page::Page;
use crate::ports;
use crate::visitor::Visitor;

/// Longer database timeouts for a busy machine.
const PATIENT: &str = "[database]\nacquire_timeout = \"20s\"\nstatement_timeout = \"20s\"\n";

/// A running `vestibule dev`; killed when dropped.
pub struct Dev {
    child: Guarded,
    /// The port of the gateway.
    pub port: u16,
    /// Its output when it was ready.
    pub greeting: String,
    directory: Directory,
}

impl Dev {
    pub fn start() -> Self {
        Self::with(|_| String::new())
    }

    /// With a configuration that depends on the port.
    pub fn with(configuration: impl FnOnce(u16) -> String) -> Self {
        Self::with_arguments(configuration, |_| Vec::new())
    }

    /// Without the demo app: the page at `/callback` of `port + 3` is the redirect URI, and the test serves it.
    pub fn for_own_frontend() -> Self {
        let frontend = |port| vec!["--frontend".to_owned(), format!("http://127.0.0.1:{}/callback", port + 3)];
        Self::with_arguments(|_| String::new(), frontend)
    }

    fn with_arguments(configuration: impl FnOnce(u16) -> String, arguments: impl FnOnce(u16) -> Vec<String>) -> Self {
        let (directory, port) = (Directory::new(), ports::free::<5>());
        let file = directory.write("vestibule.toml", &format!("{PATIENT}{}", configuration(port)));
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.args(["--config", &file, "dev", "--port", &port.to_string()]).args(arguments(port));
        command.current_dir(directory.path());
        let log = File::create(directory.join("log")).expect("a file");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = Guarded::spawn(&mut command).expect("it");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut dev = Self { child, port, greeting: String::new(), directory };
        while !dev.greeting.contains("Ctrl-C") {
            assert!(stdout.read_line(&mut dev.greeting).expect("a line") > 0, "it ended: {}", dev.greeting);
        }
        dev
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        complete_log(&self.directory.join("log"), self.port)
    }

    /// The data directory of its PostgreSQL.
    fn home(&self) -> PathBuf {
        let (_, rest) = self.greeting.split_once("host=").expect("the database's URL");
        PathBuf::from(rest.split('&').next().expect("a path"))
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Gracefully, so that it stops its PostgreSQL.
        if let Ok(None) = self.child.try_wait() {
            signal(self.child.id(), "TERM");
        }
        let _reaped = self.child.wait();
    }
}

/// The line about commands can be used as it is printed, in a shell with another configuration.
#[test]
fn the_printed_command_works_beside_it() {
    let dev = Dev::start();
    let line = dev.greeting.lines().find_map(|line| line.trim().strip_prefix("Commands")).expect("a line");
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = Command::new(words[0]).args(&words[1..]).output().expect("it runs");
    assert!(output.status.success() && output.stdout.is_empty(), "nobody has signed in: {output:?}");
    let checked =
        Command::new(words[0]).args(&words[1..3]).args(["config", "check", "--probe"]).output().expect("it runs");
    assert!(checked.status.success(), "{checked:?}");
}

/// Its memory of the process is gone too, if it was no more than a zombie that nobody reaps.
fn is_running(pid: &str) -> bool {
    let Ok(state) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    !state.contains(") Z ")
}

fn wait_until_gone(name: &str, home: &Path, pid: &str) {
    let started = Instant::now();
    while home.exists() || is_running(pid) {
        if started.elapsed() > Duration::from_secs(60) {
            let (left, state) = (home.exists(), std::fs::read_to_string(format!("/proc/{pid}/stat")));
            panic!("after SIG{name}: {} is left: {left}; process {pid}: {state:?}", home.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn neither_an_end_nor_a_kill_leaves_a_postgresql_behind() {
    for name in ["TERM", "INT", "KILL"] {
        let dev = Dev::start();
        let home = dev.home();
        let pid_file = std::fs::read_to_string(home.join("data/postmaster.pid")).expect("its pid");
        let pid = pid_file.lines().next().expect("a pid");
        assert!(is_running(pid) || !Path::new("/proc/self").exists());
        signal(dev.child.id(), name);
        wait_until_gone(name, &home, pid);
    }
}

/// The guarded site behind its small proxy: the login from a deep link, the person in the headers, no header of the client, and the end
/// of the session.
#[tokio::test]
async fn the_guarded_site_shows_who_is_signed_in() {
    let dev = Dev::start();
    let (gateway, site) = (format!("http://127.0.0.1:{}", dev.port), format!("http://127.0.0.1:{}", dev.port + 4));
    assert!(dev.greeting.contains(&site), "{}", dev.greeting);
    let (visitor, deep) = (Visitor::new(), format!("{site}/reports?page=2"));
    let get = |url: &str, accept: &str| Visitor::send(visitor.request(Method::GET, url).header("accept", accept));
    assert_eq!(get(&deep, "application/json").await.status, 401);
    let login = visitor.follow(get(&deep, "text/html").await, "nowhere").await;
    assert!(login.body.contains("Whom would you like to be?"), "{login}\n{}", dev.log());
    let back = visitor.decide(&login.url, &[("person", "ada")]).await;
    let page: Page = visitor.follow(visitor.get(back).await, "nowhere").await;
    assert!(page.status == 200 && page.url.as_str() == deep, "{page}\n{}", dev.log());
    assert!(page.body.contains("ada@example.com") && page.body.contains("/reports?page=2"), "{page}");

    let forged = visitor.request(Method::GET, &deep).header("x-auth-request-email", "forged@example.com");
    let forged = Visitor::send(forged.header("x_auth_request_groups", "forged")).await;
    assert!(forged.status == 200 && !forged.body.contains("forged"), "{forged}");
    let out = visitor.post_from(&gateway, "/logout").await;
    assert_eq!(out.status, 200, "{out}");
    assert_eq!(get(&deep, "application/json").await.status, 401);
}
