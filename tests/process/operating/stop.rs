//! Graceful stops, and a closed log.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::gateway::{STEP_TIMEOUT, Settings};
use crate::guarded::Guarded;
use crate::setup::Setup;
use crate::visitor::Visitor;

/// Much longer than a slow login takes.
const PROVIDER_TIMEOUT: &str = "30s";

/// FI-05: SIGTERM during a login at a slow provider. `/readyz` changes at once, new requests are refused, and the login
/// completes before the process ends.
#[tokio::test]
async fn a_running_login_finishes_before_the_gateway_stops() {
    let mut setup = Setup::with(|settings| settings.with("providers.op.timeout", PROVIDER_TIMEOUT));
    let ada = Visitor::new();
    let away = setup.begin(&ada).await;
    let back = ada.decide(&away, &[("person", "ada"), ("failure", "slow")]).await;
    let stop = async {
        let started = Instant::now();
        while setup.wire.count("POST /token") == 0 {
            assert!(started.elapsed() < Duration::from_secs(10), "the provider is never asked");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        setup.gateway.signal("TERM");
        // 503, or the process has ended already.
        while setup.gateway.readiness() == Some(200) {
            assert!(started.elapsed() < Duration::from_secs(10), "it stays ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let (welcome, ()) = tokio::join!(ada.get(&back), stop);
    assert_eq!(welcome.status, 303, "{welcome}\n{}", setup.gateway.log());
    assert!(welcome.headers.contains_key("set-cookie"), "{welcome}");
    let status = setup.gateway.wait();
    assert_eq!(status.code(), Some(0), "{}", setup.gateway.log());
    assert!(TcpStream::connect(("127.0.0.1", setup.gateway.settings.port)).is_err(), "a process still listens");
    assert_eq!(setup.database.sql("SELECT status FROM authorization_sessions"), "completed");
}

/// A login that takes longer than the grace period is cancelled.
#[tokio::test]
async fn a_login_longer_than_the_grace_period_is_cancelled() {
    let mut setup = Setup::with(|settings| {
        settings.with("server.shutdown_grace", "1s").with("providers.op.timeout", PROVIDER_TIMEOUT)
    });
    let ada = Visitor::new();
    let away = setup.begin(&ada).await;
    let back = ada.decide(&away, &[("person", "ada"), ("failure", "slow")]).await;
    let stop = async {
        let started = Instant::now();
        while setup.wire.count("POST /token") == 0 {
            assert!(started.elapsed() < STEP_TIMEOUT, "the provider is never asked");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        setup.gateway.signal("TERM");
    };
    let answer = async { ada.request(reqwest::Method::GET, &back).send().await };
    let (answer, ()) = tokio::join!(answer, stop);
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(setup.gateway.wait().code(), Some(0), "{}", setup.gateway.log());
}

/// Browsers keep unused connections open.
#[test]
fn idle_connections_do_not_delay_the_stop() {
    let mut gateway = Settings::new(&Database::empty().url, "http://127.0.0.1:9").serve();
    let mut idle = TcpStream::connect(("127.0.0.1", gateway.settings.port)).expect("a connection");
    idle.write_all(b"HEAD /providers HTTP/1.1\r\nHost: x\r\n\r\n").expect("a request");
    assert_eq!(idle.read(&mut [0; 12]).expect("an answer"), 12);
    let started = Instant::now();
    gateway.signal("INT");
    assert_eq!(gateway.wait().code(), Some(0), "{}", gateway.log());
    assert!(started.elapsed() < Duration::from_secs(9), "{:?} of a grace of 10 s", started.elapsed());
}

/// Supervisors send SIGHUP to ask for a reload.
#[test]
fn sighup_is_logged_and_does_not_end_the_gateway() {
    let mut gateway = Settings::new(&Database::empty().url, "http://127.0.0.1:9").serve();
    gateway.signal("HUP");
    let started = Instant::now();
    while !gateway.log().contains("SIGHUP has no effect") {
        assert!(started.elapsed() < Duration::from_secs(10), "{}", gateway.log());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(gateway.readiness(), Some(200));
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0), "{}", gateway.log());
}

/// FI-18: the reader of the log has closed its pipe.
#[tokio::test]
async fn the_gateway_serves_after_its_log_is_closed() {
    let setup = Setup::new();
    let settings = Settings::new(&Database::empty().url, &setup.wire.origin).with("log.level", "trace");
    let public = settings.public();
    let mut command = settings.command(&["serve"]);
    let mut child = Guarded::spawn(command.stdout(Stdio::null()).stderr(Stdio::piped())).expect("it");
    drop(child.stderr.take());
    crate::peer::wait_for(settings.port, "/providers");
    let visitor = Visitor::new();
    for _ in 0..20 {
        assert_eq!(visitor.get(format!("{public}/login?choose=1")).await.status, 200);
        assert_eq!(visitor.get(format!("{public}/login/op")).await.status, 302);
        assert_eq!(visitor.get(format!("{public}/callback/op?state=x&code=y")).await.status, 400);
    }
    crate::gateway::signal(child.id(), "TERM");
    assert_eq!(child.wait().expect("its end").code(), Some(0));
}
