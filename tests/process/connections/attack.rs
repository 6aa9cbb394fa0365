//! The attacks, with the real time limits.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::crowd::{Crowd, Kind};
use super::witness::{HealthWatch, connections, peak_memory};
use crate::setup::Setup;
use crate::visitor::Visitor;

const CONNECTIONS: usize = 2000;
const MAX_MEMORY: u64 = 128;
const CLOSED_WITHIN: Duration = Duration::from_secs(30);

/// A gateway with 1,024 descriptors that counts loopback addresses.
fn start() -> Setup {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("our own limit");
    assert!(maximum.is_none_or(|most| most > 3 * CONNECTIONS as u64), "the test itself needs descriptors: {maximum:?}");
    Setup::served(|settings| {
        let serve = settings.command(&["serve", "--count-loopback"]);
        let mut limited = Command::new("/bin/sh");
        limited.args(["-c", "ulimit -n 1024 && exec \"$0\" \"$@\""]).arg(serve.get_program()).args(serve.get_args());
        limited.current_dir(settings.directory.path());
        settings.serve_by(limited)
    })
}

/// Sends each piece after its pause. Returns the status of the response.
async fn speak(to: SocketAddr, from: [u8; 4], pieces: Vec<(Duration, String)>) -> String {
    let socket = tokio::net::TcpSocket::new_v4().expect("a descriptor");
    socket.bind(SocketAddr::from((from, 0))).expect("an address");
    let mut stream: TcpStream = socket.connect(to).await.expect("a connection");
    for (pause, piece) in pieces {
        tokio::time::sleep(pause).await;
        stream.write_all(piece.as_bytes()).await.expect("an open connection");
    }
    let mut answer = vec![0; 64];
    let read = stream.read(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

fn form(length: usize) -> String {
    format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// IN-03, FI-19. Without the limits, each of these attacks keeps its connections open, and `/healthz` does not respond once
/// the descriptors are used up.
#[tokio::test]
async fn one_host_cannot_stop_the_gateway() {
    let setup = start();
    let gateway = &setup.gateway;
    let to = SocketAddr::from(([127, 0, 0, 1], gateway.settings.port));
    let admin = SocketAddr::from(([127, 0, 0, 1], gateway.settings.port + 1));
    let watch = HealthWatch::start(admin);
    let first = |text: &str| (Duration::ZERO, text.to_owned());
    // 64 KiB at 1 KiB/s, while the attacks continue.
    let kilobytes = (0..64).map(|_| (Duration::from_secs(1), "a".repeat(1024)));
    let slow = tokio::spawn(speak(to, [127, 0, 0, 3], [first(&form(65_536))].into_iter().chain(kilobytes).collect()));
    let silent = vec![first(&form(14)), first("grant_"), (Duration::from_secs(10), "type=abc".into())];
    let silent = tokio::spawn(speak(to, [127, 0, 0, 4], silent));

    // At most 256 connections each: two addresses do not reach the total limit.
    let pairs = [
        [Kind::Idle, Kind::HalfHead],
        [Kind::EndlessChunks, Kind::StoppedBody],
        [Kind::EndlessChunksUnread, Kind::PipelinedUnread],
        [Kind::ReadSlowly, Kind::Idle],
    ];
    for (round, [one, two]) in (0..).zip(pairs) {
        let from = [0, 1].map(|which| IpAddr::from([127, 0, 1, 10 + 2 * round + which]));
        let crowds =
            [Crowd::open(one, CONNECTIONS, from[0], to).await, Crowd::open(two, CONNECTIONS, from[1], to).await];
        let opened = Instant::now();
        let visitor = Visitor::at([127, 0, 0, 2].into());
        let end = setup.sign_in(&visitor, &[("person", "ada")]).await;
        assert_eq!(end.status, 303, "{one:?}, {two:?}: {end}\n{}", gateway.log());
        for (kind, from) in [(one, from[0]), (two, from[1])] {
            while connections(to.port(), from) > 0 {
                let left = connections(to.port(), from);
                assert!(opened.elapsed() < CLOSED_WITHIN, "{kind:?}: {left} still open after {:?}", opened.elapsed());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            println!("{kind:?}: all closed after {:?}", opened.elapsed());
        }
        for crowd in crowds {
            crowd.leave().await;
        }
        let memory = peak_memory(gateway.pid());
        println!("{one:?}, {two:?}: {memory} MiB at most");
        assert!(memory < MAX_MEMORY, "{one:?}, {two:?}: {memory} MiB");
    }
    assert!(silent.await.expect("no panic").starts_with("HTTP/1.1 400"), "silent for 10 s");
    assert!(slow.await.expect("no panic").starts_with("HTTP/1.1 400"), "1 KiB a second");
    println!("the slowest answer of /healthz and /readyz: {:?}", watch.stop());
    let log = gateway.log();
    assert!(log.contains("the hard limit of open files is under 4096"), "{log}");
    let named = log.matches("too many from this address").count();
    assert!((1..=8).contains(&named), "{named} warnings for 8 addresses:\n{log}");
}
