//! "In ten minutes" of `docs/mcp.md`: its files as they stand, with other ports.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use super::place::{Ports, file};
use crate::apps::setting::sent_back;
use crate::directory::Directory;
use crate::guarded::Guarded;
use crate::operating::Dev;
use crate::peer::node_at;
use crate::ports;
use crate::snippets::named;
use crate::visitor::{Visitor, param};

/// The last line that the documented client prints, after a person has agreed in a browser.
async fn call(directory: &Directory, person: &Visitor, arguments: &[&str]) -> String {
    let script = file(directory, "client.mjs", &named("mcp-client"));
    let mut command = node_at(&script);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut client = Guarded::spawn(&mut command).expect("the client");
    let lines = BufReader::new(client.stdout.take().expect("a pipe")).lines();
    let mut last = String::new();
    for line in lines {
        last = line.expect("text");
        if let Some(url) = last.strip_prefix("Open ") {
            let redirect_uri = param(&url.parse().expect("a URL"), "redirect_uri");
            let back = sent_back(person, url, &redirect_uri).await;
            assert_eq!(person.get(back).await.body, "You can close this window.");
        }
    }
    let status = client.wait().expect("its end");
    let mut complaint = String::new();
    client.stderr.take().expect("a pipe").read_to_string(&mut complaint).expect("text");
    assert!(status.success(), "{arguments:?}: {complaint}");
    last
}

#[tokio::test]
async fn a_newcomer_guards_an_mcp_server() {
    let (directory, ports) = (Directory::new(), ports::free::<2>());
    let at = Ports { nginx: ports, server: ports + 1 };
    let _server = at.mcp_server(&directory);
    let dev = Dev::with(|_| at.gateway());
    let behind = Directory::new();
    let nginx = at.nginx(&behind, (dev.port, ""), &[]);
    let person = Visitor::new();
    let (reading, writing) = (at.resource(), format!("{}/write", at.resource()));
    let who = call(&directory, &person, &[&reading, "whoami"]).await;
    assert_eq!(who.len(), 36, "{who}\n{}\n{}", dev.log(), nginx.log());
    assert_eq!(call(&directory, &person, &[&writing, "add_note", "buy milk"]).await, "Added.");
    let notes = call(&directory, &person, &[&reading, "list_notes"]).await;
    assert_eq!(notes, format!("[{{\"person\":\"{who}\",\"note\":\"buy milk\"}}]"));
}
