//! A running gateway on a separate thread.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::oneshot;
use vestibule::base::clock::{Clock, Hand};
use vestibule::config::Config;
use vestibule::server::{Bounds, Server};

use super::browser::Browser;
use super::database::Database;
use super::setup::Setup;
use crate::fake_provider::Op;

const FORM: &str = "application/x-www-form-urlencoded";

/// A gateway; stopped when dropped.
pub struct Gateway {
    /// The URL of its pages, with the prefix of its public URL.
    pub base: String,
    pub address: SocketAddr,
    pub public_url: String,
    /// The URL of its admin listener.
    pub admin: String,
    pub database: Database,
    pub op: Op,
    /// Its clock, and that of `op`.
    pub clock: Clock,
    pub hand: Hand,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A server and its stop handle.
pub struct Running {
    pub public: SocketAddr,
    pub admin: SocketAddr,
    pub stop: oneshot::Sender<()>,
    pub thread: JoinHandle<()>,
}

impl Running {
    /// Starts a server; the error in words.
    pub fn start(config: Config, clock: Clock, bounds: Bounds) -> Result<Self, String> {
        let (tell, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match Server::start_with(config, clock, bounds).await {
                    Ok(server) => {
                        let _waits = tell.send(Ok((server.public_addr(), server.admin_addr())));
                        let _told_or_dropped = stopped.await;
                        server.stop().await;
                    }
                    Err(error) => drop(tell.send(Err(error.to_string()))),
                }
            });
        });
        let (public, admin) = started.recv().expect("an outcome")?;
        Ok(Self { public, admin, stop, thread })
    }
}

impl Gateway {
    /// Starts a gateway with high limits, one worker, the fake provider `op` and a new database.
    pub fn start() -> Self {
        Setup::new().start()
    }

    /// The same with more configuration.
    pub fn with(toml: &str) -> Self {
        Setup::new().toml(toml).start()
    }

    pub fn new(running: Running, setup: Setup, database: Database, public_url: String) -> Self {
        let prefix = url::Url::parse(&public_url).expect("a URL").path().trim_end_matches('/').to_owned();
        Self {
            base: format!("http://{}{prefix}", running.public),
            address: running.public,
            public_url,
            admin: format!("http://{}", running.admin),
            database,
            op: setup.op,
            clock: setup.clock,
            hand: setup.hand,
            stop: Some(running.stop),
            thread: Some(running.thread),
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// `Authorization` with an access token of the browser's session that has the scope `account`.
    pub async fn account_bearer(&self, browser: &Browser) -> String {
        let ask = browser.ask("POST", "/session/token").header("sec-fetch-site", "same-origin");
        let answer = ask.body(FORM, format!("resource={}", self.public_url)).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        format!("Bearer {}", answer.json()["access_token"].as_str().expect("a token"))
    }

    /// The same with a refresh token of the built-in client, which is rotated.
    pub async fn account_bearer_by(&self, refresh_token: &Value) -> String {
        let refresh_token = refresh_token.as_str().expect("a refresh token");
        let form = format!("grant_type=refresh_token&refresh_token={refresh_token}&resource={}", self.public_url);
        let answer = self.browser().ask("POST", "/oauth2/token").body(FORM, form).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        format!("Bearer {}", answer.json()["access_token"].as_str().expect("a token"))
    }

    /// The number of requests to the token endpoint of the provider.
    pub fn token_requests(&self) -> usize {
        self.op.calls_to("/token").len()
    }

    /// Stops it gracefully and waits for its end.
    pub fn stop(mut self) {
        drop(self.stop.take());
        self.thread.take().expect("not stopped before").join().expect("no panic");
    }
}
