//! Two replicas, one of which is killed.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::gateway::{self, STEP_TIMEOUT, Settings};
use crate::guarded::Guarded;
use crate::ports;
use crate::setup::Setup;
use crate::visitor::Visitor;

/// Another replica: the same configuration, and other ports.
struct Replica {
    port: u16,
    _child: Guarded,
}

impl Replica {
    fn start(settings: &Settings) -> Self {
        let port = ports::free::<2>();
        let mut command = settings.command(&["serve"]);
        for (key, port) in [("LISTEN", port), ("ADMIN_LISTEN", port + 1)] {
            command.env(format!("VESTIBULE__SERVER__{key}"), format!("127.0.0.1:{port}"));
        }
        let child = Guarded::spawn(command.stdout(Stdio::null()).stderr(Stdio::null())).expect("the binary");
        let (admin, started) = (([127, 0, 0, 1], port + 1).into(), Instant::now());
        while gateway::status(admin, "/readyz") != Some(200) {
            assert!(started.elapsed() < Duration::from_secs(30), "the replica is not ready");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { port, _child: child }
    }

    fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// FI-04: requests to the killed replica fail, and no request to the other one. Sessions and pending logins are in the database.
#[tokio::test]
async fn a_killed_replica_loses_no_session_and_no_pending_login() {
    const REQUESTS: usize = 300;
    let (mut setup, ada, grace) = (Setup::new(), Visitor::new(), Visitor::new());
    let other = Replica::start(&setup.gateway.settings);
    setup.sign_in(&ada, &[("person", "ada")]).await;
    let tokens = setup.exchange(&Visitor::new()).await;
    let mut back = grace.decide(&setup.begin(&grace).await, &[("person", "grace")]).await;

    let (first, second) = (setup.at("/session"), other.at("/session"));
    let (answered, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // As a proxy does: in turns, and at the other one if the first cannot be reached.
    let client = async || {
        while answered.load(Ordering::SeqCst) < 3 * REQUESTS {
            // Before the kill a slow response is no failure; after it no connection is accepted.
            if ada.try_get_within(STEP_TIMEOUT, &first).await != Some(200) {
                failed.fetch_add(1, Ordering::SeqCst);
                assert_eq!(ada.get(&second).await.status, 200, "the session is lost");
            }
            assert_eq!(ada.get(&second).await.status, 200, "a request to the other replica fails");
            answered.fetch_add(2, Ordering::SeqCst);
        }
    };
    let kill = async {
        while answered.load(Ordering::SeqCst) < REQUESTS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(failed.load(Ordering::SeqCst), 0, "before the kill");
        setup.gateway.kill();
    };
    tokio::join!(client(), client(), client(), client(), kill);
    assert!(failed.load(Ordering::SeqCst) > 0);

    back.set_port(Some(other.port)).expect("a port");
    let welcome = grace.get(&back).await;
    assert_eq!(welcome.status, 303, "a login that began at the killed replica: {welcome}");
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", tokens["api"]["refresh"].as_str().expect("a token"))];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let renewed = ada.post(other.at("/oauth2/token"), &form).await;
    assert_eq!(renewed.status, 200, "{renewed}");
    setup.gateway.serve_again();
    assert_eq!(ada.get(&first).await.status, 200);
}
