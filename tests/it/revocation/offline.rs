//! The services of `examples/offline`: they verify our tokens by themselves, and learn of a revocation within the `ttl`
//! of the status list. Long runs of each, as a service is one.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::revocation::person::Person;
use crate::support::{Gateway, peers, sign_as};

/// The list's `ttl`, what the gateway takes to learn of it itself, and what a slow machine adds.
const BOUND: Duration = Duration::from_secs(1 + 2 + 12);

fn rust() -> Command {
    // Built with the tests, beside them.
    let built =
        std::env::current_exe().expect("this test").ancestors().nth(2).expect("a folder").join("examples/offline");
    assert!(built.exists(), "{} is missing: run cargo build --examples", built.display());
    Command::new(built)
}

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/offline").join(path)
}

fn node() -> Command {
    peers::node("service.mjs", &std::fs::read_to_string(example("node/service.mjs")).expect("the example"))
}

fn python() -> Command {
    let mut command = peers::python();
    command.arg(example("python/service.py"));
    command
}

/// A service that runs.
struct Service {
    child: Child,
    tokens: ChildStdin,
    verdicts: BufReader<ChildStdout>,
}

impl Service {
    fn start(mut program: Command, issuer: &str, audience: &str) -> Self {
        program.args([issuer, audience]).env("NO_PROXY", "*").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = program.spawn().expect("a service");
        let tokens = child.stdin.take().expect("a pipe");
        let verdicts = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, tokens, verdicts }
    }

    /// Its answer about a token.
    fn verify(&mut self, token: &str) -> String {
        writeln!(self.tokens, "{token}").expect("it reads");
        let mut verdict = String::new();
        self.verdicts.read_line(&mut verdict).expect("it answers");
        verdict.trim_end().to_owned()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _its_end = self.child.wait();
    }
}

async fn learns_in_time(name: &str, program: Command) {
    let gateway = Gateway::with("[tokens]\nstatus_list_ttl = '1s'\naudience = ['https://api.example.com']\n");
    let mut service = Service::start(program, &gateway.public_url, "https://api.example.com");
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let token = browser.post("/session/token").await.json()["access_token"].as_str().expect("a token").to_owned();
    let (alice, bob) = (Person::holding(&token), Person::sign_in(&gateway, "bob").await);
    let good = format!("accepted {}", alice.claims["sub"].as_str().expect("a sub"));
    let bobs = format!("accepted {}", bob.claims["sub"].as_str().expect("a sub"));
    assert_eq!((service.verify(&alice.token), service.verify(&bob.token)), (good.clone(), bobs.clone()), "{name}");

    // Nothing else passes: another type, although all claims are those of an access token, other claims, nothing at all.
    let list = gateway.browser().fetch("/status-lists/0").await.body;
    let bent = alice.token.replacen("eyJ", "eyK", 1);
    let of_type = |typ: &str| sign_as(typ, &gateway.database, &alice.claims);
    assert_eq!(service.verify(&of_type("at+jwt")), good, "{name}: the same claims, signed here");
    let others = ["JWT", "logout+jwt"].map(of_type);
    for other in [list.as_str(), &bent, &alice.token[..alice.token.len() - 4], "", "a.b.c", &others[0], &others[1]] {
        let verdict = service.verify(other);
        assert!(verdict.starts_with("refused "), "{name}: {verdict}");
    }
    let mut elsewhere = Service::start(again(name), &gateway.public_url, "https://elsewhere.example.com");
    assert!(elsewhere.verify(&alice.token).starts_with("refused "), "{name}: another audience");

    assert_eq!(browser.post("/logout").await.status, 200);
    let began = Instant::now();
    loop {
        let verdict = service.verify(&alice.token);
        if verdict == "refused the session was revoked" {
            break;
        }
        assert_eq!(verdict, good, "{name}");
        assert!(began.elapsed() < BOUND, "{name} still takes it after {:?}", began.elapsed());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(service.verify(&bob.token), bobs, "{name}: others stay");
}

/// A service without a configured audience would accept the tokens of every other service, so it does not start.
#[test]
fn a_service_without_an_audience_does_not_start() {
    for name in ["Rust", "Node", "Python"] {
        for arguments in [&["https://login.example.com"][..], &["https://login.example.com", ""]] {
            let mut command = again(name);
            let ended = command.args(arguments).stdin(Stdio::null()).output().expect("a service");
            assert!(!ended.status.success(), "{name} starts with {arguments:?}");
            let said = String::from_utf8_lossy(&ended.stderr).to_lowercase();
            assert!(said.contains("audience") && ended.stdout.is_empty(), "{name}: {said}");
        }
    }
}

fn again(name: &str) -> Command {
    match name {
        "Rust" => rust(),
        "Node" => node(),
        _ => python(),
    }
}

#[tokio::test]
async fn a_rust_service_sees_a_revocation_within_the_ttl() {
    learns_in_time("Rust", rust()).await;
}

#[tokio::test]
async fn a_node_service_sees_a_revocation_within_the_ttl() {
    learns_in_time("Node", node()).await;
}

#[tokio::test]
async fn a_python_service_sees_a_revocation_within_the_ttl() {
    learns_in_time("Python", python()).await;
}
