//! An app as a separate process: a script that requests steps of a browser from the test.

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

/// The prefix of app URLs that the browser does not visit.
const APPS: &str = "http://127.0.0.1:9/";
/// How long an app may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs an app to its end and does the requested steps in a browser. Returns the output of the app.
pub async fn converse(setup: &Setup, command: &mut Command) -> Value {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut app = Guarded::spawn(command).expect("an app");
    let (mut said, mut heard) =
        (app.stdin.take().expect("a pipe"), app.stdout.take().map(BufReader::new).expect("a pipe"));
    let visitor = Visitor::new();
    loop {
        let mut line = String::new();
        if heard.read_line(&mut line).expect("a line") == 0 {
            let mut complaint = String::new();
            app.stderr.take().expect("a pipe").read_to_string(&mut complaint).expect("text");
            panic!("{command:?} ended:\n{complaint}\n{}", setup.gateway.log());
        }
        let line: Value = serde_json::from_str(&line).expect("JSON");
        let Some(url) = line["visit"].as_str() else { return line["seen"].clone() };
        let signed_out = Visitor::new();
        let browser = if line["signed_out"] == true { &signed_out } else { &visitor };
        let back = sent_back(browser, url, APPS).await;
        writeln!(said, "{back}").expect("a reader");
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
        let said = File::create(directory.join("log")).expect("a file");
        command.stdin(Stdio::null()).stdout(said.try_clone().expect("a file")).stderr(said);
        let mut running = Guarded::spawn(command).expect("an app");
        let started = Instant::now();
        while status(([127, 0, 0, 1], port).into(), "/").is_none() {
            let ended = running.try_wait().expect("its state");
            let text = std::fs::read_to_string(directory.join("log")).expect("a log");
            assert!(ended.is_none() && started.elapsed() < PATIENCE, "{command:?} does not answer: {ended:?}\n{text}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { _running: running, directory }
    }

    /// Its output so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).expect("a log")
    }
}
