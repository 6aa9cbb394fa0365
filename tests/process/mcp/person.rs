//! A person in Chromium who agrees to what apps ask for.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};

use serde_json::Value;

use crate::guarded::Guarded;
use crate::peer::node;

pub struct Person {
    browser: Guarded,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Person {
    /// With the port of the redirect URIs.
    pub fn with(port: u16) -> Self {
        let mut command = node("consent.mjs");
        command.arg(port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut browser = Guarded::spawn(&mut command).expect("a browser");
        let asked = browser.stdin.take().expect("a pipe");
        let answers = BufReader::new(browser.stdout.take().expect("a pipe"));
        let mut person = Self { browser, asked, answers };
        assert_eq!(person.read()["ready"], true);
        person
    }

    /// Opens an authorization URL and agrees. Returns the URL to which the browser was sent back, and the text of the consent page.
    pub fn agree(&mut self, url: &str) -> (String, String) {
        writeln!(self.asked, "{url}").expect("a reader");
        let answer = self.read();
        let text = |name: &str| answer[name].as_str().expect("text").to_owned();
        (text("back"), text("page"))
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        if self.answers.read_line(&mut line).expect("a line") == 0 {
            let mut complaint = String::new();
            self.browser.stderr.take().expect("a pipe").read_to_string(&mut complaint).expect("text");
            panic!("the browser ended: {complaint}");
        }
        serde_json::from_str(&line).expect("JSON")
    }

    /// Closes the browser. Fails for a complaint of it.
    pub fn leave(self) {
        let Self { mut browser, asked, .. } = self;
        drop(asked);
        let status = browser.wait().expect("its end");
        let mut complaint = String::new();
        browser.stderr.take().expect("a pipe").read_to_string(&mut complaint).expect("text");
        assert!(status.success(), "{complaint}");
    }
}
