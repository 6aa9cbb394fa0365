//! More connections than the gateway has descriptors for.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::gateway::{STEP_TIMEOUT, Settings};
use crate::setup::Setup;
use crate::visitor::Visitor;

fn connect(port: u16) -> Option<TcpStream> {
    TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), Duration::from_secs(1)).ok()
}

/// FI-19: a process with 256 descriptors gets a thousand connections. It keeps descriptors for health checks, and serves
/// other connections when these are closed.
#[tokio::test]
async fn a_thousand_connections_leave_descriptors_for_health_checks() {
    let setup = Setup::new();
    let settings = Settings::new(&Database::empty().url, &setup.wire.origin);
    let serve = settings.command(&["serve"]);
    let mut limited = Command::new("/bin/sh");
    limited.args(["-c", "ulimit -n 256 && exec \"$0\" \"$@\""]).arg(serve.get_program()).args(serve.get_args());
    limited.current_dir(settings.directory.path());
    let gateway = settings.serve_by(limited);

    let mut crowd: Vec<TcpStream> = (0..1000).map_while(|_| connect(gateway.settings.port)).collect();
    assert!(crowd.len() > 256, "only {} connections", crowd.len());
    // Each sends a request, because silent connections are closed soon.
    for stream in &mut crowd {
        let _refused = stream.write_all(b"GET /providers HTTP/1.1\r\n");
    }
    let visitor = Visitor::new();
    let started = Instant::now();
    while !gateway.log().contains("too many in all") {
        assert!(started.elapsed() < STEP_TIMEOUT, "no connection is refused:\n{}", gateway.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..20 {
        assert_eq!(gateway.readiness(), Some(200), "{}", gateway.log());
    }
    let used = std::fs::read_dir(format!("/proc/{}/fd", gateway.pid())).map(Iterator::count).unwrap_or_default();
    assert!(used < 200, "it has {used} descriptors open");
    drop(crowd);
    let started = Instant::now();
    while visitor.try_get(format!("{}/providers", gateway.public())).await != Some(200) {
        assert!(started.elapsed() < Duration::from_secs(20), "it never comes back:\n{}", gateway.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(visitor.get(format!("{}/login/op", gateway.public())).await.status, 302, "{}", gateway.log());
    assert_eq!(gateway.readiness(), Some(200));
    assert!(!gateway.log().contains("panicked"), "{}", gateway.log());
}

/// IN-03: silent connections and unfinished requests are closed and do not delay others.
#[tokio::test]
async fn slow_connections_are_closed_and_delay_no_others() {
    let (setup, visitor) = (Setup::new(), Visitor::new());
    let port = setup.gateway.settings.port;
    let beginnings: [&[u8]; 3] = [
        b"",
        b"GET /providers HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /oauth2/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    ];
    let mut slow: Vec<TcpStream> = (0..201).map_while(|_| connect(port)).collect();
    assert_eq!(slow.len(), 201);
    for (number, stream) in slow.iter_mut().enumerate() {
        stream.write_all(beginnings[number % 3]).expect("still open");
    }
    let started = Instant::now();
    for _ in 0..5 {
        assert_eq!(setup.sign_in(&visitor, &[("person", "ada")]).await.status, 303);
    }
    assert!(started.elapsed() < STEP_TIMEOUT, "others wait: {:?}", started.elapsed());
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(45).saturating_sub(started.elapsed()))).expect("a socket");
        let mut rest = Vec::new();
        let cut = stream.read_to_end(&mut rest).map_err(|error| error.kind());
        let cut = matches!(cut, Ok(_) | Err(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe));
        assert!(cut, "still open after {:?}", started.elapsed());
    }
    assert_eq!(setup.sign_in(&Visitor::new(), &[("person", "ada")]).await.status, 303);
}
