//! The MCP SDKs for Node.js and Python as clients: from the 401 to a tool call, one more scope, a refresh, and the end of the session.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::person::Person;
use super::place::{Ports, behind_nginx};
use crate::directory::Directory;
use crate::guarded::Guarded;
use crate::peer::{node, python};
use crate::ports;
use crate::proxies::deployment::certified;
use crate::proxies::program::Program;
use crate::setup::Setup;

/// The end of a session is seen within 2 s; this bound leaves time for other tests.
const BOUND: f64 = 20.0;

/// Runs all clients at a gateway with that path.
fn dance_at(path: &'static str) {
    let (own, ports) = (Directory::new(), ports::free::<4>());
    let at = Ports { nginx: ports, server: ports + 1 };
    let (document, redirect) = (ports + 2, ports + 3);
    let redirect_uri = format!("http://127.0.0.1:{redirect}/callback");
    let host = certified(&own, &["localhost"]);
    let by_url = format!("https://localhost:{document}/client.json");
    let mut command = node("client_document.mjs");
    command.args([&document.to_string(), &host.certificate, &host.key, &redirect_uri]);
    let _host = Program::start(&mut command, &own, document);
    let accepted = format!(
        "{}\n[clients_by_url]\nenabled = true\ninsecure_allow_loopback = true\nca_file = \"{}\"\n\
         scopes = [\"openid\", \"offline_access\", \"tools.read\", \"tools.write\"]\nresources = [\"tools\"]\n",
        at.gateway(),
        host.certificate
    );
    let setup = Setup::with(|settings| behind_nginx(settings.and(&accepted).below(path)));
    let _server = at.mcp_server(&own);
    let behind = Directory::new();
    let nginx = at.nginx(&behind, (setup.gateway.settings.port, path), &[]);
    let mut person = Person::with(redirect);
    for client in ["my-agent", &by_url] {
        for sdk in [node("apps/mcp_client.mjs"), python("apps/mcp_client.py")] {
            let mut sdk = sdk;
            sdk.args([&at.resource(), client, &redirect_uri, &setup.gateway.public()]);
            let seen = converse(&setup, &nginx, &mut sdk, &mut person);
            let seconds = seen["seconds"].as_f64().expect("a number");
            assert!(seconds < BOUND, "{client}: refused {seconds} s after the end of the session");
        }
    }
    person.leave();
    let issued = setup.wire.count("POST /token");
    assert_eq!(issued, 1, "the person stays signed in at the gateway");
}

/// Runs a client to its end. A person agrees to what it asks for, and an operator ends its sessions.
fn converse(setup: &Setup, nginx: &Program, command: &mut Command, person: &mut Person) -> Value {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut client = Guarded::spawn(command).expect("a client");
    let (mut said, mut heard) =
        (client.stdin.take().expect("a pipe"), client.stdout.take().map(BufReader::new).expect("a pipe"));
    loop {
        let mut line = String::new();
        if heard.read_line(&mut line).expect("a line") == 0 {
            let mut complaint = String::new();
            client.stderr.take().expect("a pipe").read_to_string(&mut complaint).expect("text");
            panic!("{command:?} ended:\n{complaint}\n{}\n{}", setup.gateway.log(), nginx.log());
        }
        let line: Value = serde_json::from_str(&line).expect("JSON");
        let answer = match (line["visit"].as_str(), line["revoke"].as_str()) {
            (Some(url), _) => {
                let (back, page) = person.agree(url);
                assert!(page.contains("for Tools alone") && page.contains("a program on this computer"), "{page}");
                assert_eq!(page.contains("tools.write"), url.contains("tools.write"), "{page}");
                assert_eq!(page.contains("does not know this app"), url.contains("client.json"), "{page}");
                back
            }
            (None, Some(client)) => {
                let ended = setup.gateway.settings.run(&["sessions", "revoke", "--client", client]);
                assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
                "done".to_owned()
            }
            (None, None) => return line["seen"].clone(),
        };
        writeln!(said, "{answer}").expect("a reader");
    }
}

#[test]
fn the_mcp_sdks_complete_the_dance() {
    dance_at("");
}

/// RFC 8414 §3.1: the well-known path is before the path of the issuer.
#[test]
fn the_mcp_sdks_complete_the_dance_at_an_issuer_with_a_path() {
    dance_at("/auth");
}
