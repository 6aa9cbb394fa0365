//! Apps are notified of a logout also if the gateway is killed during the delivery.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::setup::Setup;
use crate::visitor::Visitor;

const APPS: usize = 100;

/// The server that receives the notices of all apps. At first no app responds; later those with an odd number do.
#[derive(Clone)]
struct Place {
    address: String,
    open: Arc<AtomicBool>,
    /// The numbers of requests and of responses of each app.
    seen: Arc<Mutex<BTreeMap<String, (usize, usize)>>>,
}

impl Place {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let place = Self { address, open: Arc::default(), seen: Arc::default() };
        let shared = place.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let place = shared.clone();
                std::thread::spawn(move || place.serve(stream));
            }
        });
        place
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut head = [0; 4096];
        let read = stream.read(&mut head).unwrap_or_default();
        let text = String::from_utf8_lossy(&head[..read]).into_owned();
        let Some(app) = text.strip_prefix("POST /").and_then(|rest| rest.split(' ').next()) else { return };
        let number: usize = app.trim_start_matches("app").parse().expect("a number");
        let answers = self.open.load(Ordering::SeqCst) && number % 2 == 1;
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let (asked, answered) = seen.entry(app.to_owned()).or_default();
            *asked += 1;
            *answered += usize::from(answers);
        }
        if answers {
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        } else {
            // Until the client closes the connection.
            while matches!(stream.read(&mut head), Ok(1..)) {}
        }
    }

    fn count(&self, fits: impl Fn(&(usize, usize)) -> bool) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).values().filter(|seen| fits(seen)).count()
    }
}

fn clients(place: &Place) -> String {
    (0..APPS).fold(String::new(), |mut text, number| {
        let uri = format!("{}/app{number:03}", place.address);
        write!(
            text,
            "[clients.app{number:03}]\nbackchannel_logout_uri = \"{uri}\"\ninsecure_allow_private_logout_uri = true\n"
        )
        .expect("a text");
        text
    })
}

/// LO-24, FI-22: the gateway is killed while 100 apps hang. Afterwards 50 of them respond and are notified; the notices of
/// the others are still in the outbox.
#[tokio::test]
async fn a_killed_gateway_loses_no_notice() {
    let place = Place::new();
    let (mut setup, ada) = (Setup::with(|settings| settings.and(&clients(&place))), Visitor::new());
    setup.sign_in(&ada, &[("person", "ada")]).await;
    setup.database.sql(
        "INSERT INTO sessions (id, user_id, provider, client_id, parent_id, auth_time, last_activity_at, not_after,
                               created_at)
         SELECT gen_random_uuid(), user_id, provider, 'app' || lpad(number::text, 3, '0'), id, auth_time,
                last_activity_at, not_after, created_at
         FROM sessions, generate_series(0, 99) number",
    );
    let out = ada.post_from(&setup.gateway.public(), "/logout").await;
    assert_eq!(out.status, 200, "{out}");
    let started = Instant::now();
    while place.count(|(asked, _)| *asked > 0) < 30 {
        assert!(started.elapsed() < Duration::from_secs(10), "no logout token was received:\n{}", setup.gateway.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    setup.gateway.kill();
    let waiting = "SELECT count(*) FROM logout_notices WHERE next_attempt_at IS NOT NULL";
    assert_eq!(setup.database.sql(waiting), "100");

    place.open.store(true, Ordering::SeqCst);
    setup.gateway.serve_again();
    let started = Instant::now();
    while place.count(|(_, answered)| *answered > 0) < APPS / 2 || setup.database.sql(waiting) != "50" {
        let reported = place.count(|(_, answered)| *answered > 0);
        assert!(started.elapsed() < Duration::from_secs(60), "{reported} are reported:\n{}", setup.gateway.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(place.count(|(asked, _)| *asked > 0), APPS, "the dead are tried too");
    let log = setup.gateway.log();
    assert!(!log.contains("eyJ") && !log.contains("panicked"), "{log}");
}
