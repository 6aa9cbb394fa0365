//! An app as a separate process. It writes the URLs that a browser is to open, and reads where the browser was
//! redirected.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::setting::sent_back;
use crate::directory::Directory;
use crate::gateway::status;
use crate::guarded::Guarded;
use crate::setup::Setup;
use crate::visitor::Visitor;

/// The prefix of the apps' redirect URIs. The test's browser stops there and does not request them.
const APPS: &str = "http://127.0.0.1:9/";
/// The maximum time until a started app answers at its port.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Runs an app to its end and does the requested steps in a browser. Returns the output of the app.
pub async fn run_with_browser(setup: &Setup, command: &mut Command) -> Value {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut app = Guarded::spawn(command).expect("an app");
    let (mut input, mut output) =
        (app.stdin.take().expect("a pipe"), app.stdout.take().map(BufReader::new).expect("a pipe"));
    let visitor = Visitor::new();
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).expect("a line") == 0 {
            let mut errors = String::new();
            app.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
            panic!("{command:?} ended:\n{errors}\n{}", setup.gateway.log());
        }
        let line: Value = serde_json::from_str(&line).expect("JSON");
        let Some(url) = line["visit"].as_str() else { return line["seen"].clone() };
        let signed_out = Visitor::new();
        let browser = if line["signed_out"] == true { &signed_out } else { &visitor };
        let back = sent_back(browser, url, APPS).await;
        writeln!(input, "{back}").expect("a reader");
    }
}

/// An app with a listener; ended when dropped.
pub struct Server {
    _running: Guarded,
    directory: Directory,
}

impl Server {
    /// Starts it, and waits until it answers at the port.
    pub fn start(command: &mut Command, port: u16) -> Self {
        let directory = Directory::new();
        let log = File::create(directory.join("log")).expect("a file");
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log);
        let mut running = Guarded::spawn(command).expect("an app");
        let started = Instant::now();
        while status(([127, 0, 0, 1], port).into(), "/").is_none() {
            let ended = running.try_wait().expect("its state");
            let text = std::fs::read_to_string(directory.join("log")).expect("a log");
            assert!(
                ended.is_none() && started.elapsed() < START_TIMEOUT,
                "{command:?} does not answer: {ended:?}\n{text}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { _running: running, directory }
    }

    /// Its output so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).expect("a log")
    }
}
