//! Starting and stopping the provider.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use tokio::signal::unix::{SignalKind, signal};

use super::client::Client;
use super::state::State;
use super::{authorize, decide, logout, metadata, pages, token, userinfo};
use crate::base::clock::Clock;

/// What a pretend provider is made of.
pub struct Settings {
    /// Where it listens. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// What it is called, if not `http://` and where it listens.
    pub issuer: Option<String>,
    /// Its one client.
    pub client: Client,
    /// How long the token endpoint takes for a login that was asked to be slow.
    pub slow: Duration,
    /// What time it is.
    pub clock: Clock,
}

/// A running pretend provider; stopped when dropped.
pub struct Provider {
    issuer: String,
    handle: ServerHandle,
}

impl Provider {
    /// Starts one on the runtime of the caller, which must be actix's.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen)?;
        let address = listener.local_addr()?;
        let issuer = settings.issuer.unwrap_or_else(|| format!("http://{address}"));
        let state = State::new(issuer.clone(), settings.client, settings.clock, settings.slow);
        let state = web::Data::new(state.map_err(|_| io::Error::other("no signing key could be made"))?);
        let server = HttpServer::new(move || App::new().app_data(state.clone()).configure(routes))
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Ok(Self { issuer, handle })
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Stops it, without waiting for slow answers.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// Runs one alone, until the process is told to end by SIGINT or SIGTERM. Once it answers, its issuer is
/// announced.
pub fn serve(settings: Settings, announce: impl FnOnce(&str)) -> io::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let provider = Provider::start(settings)?;
        announce(provider.issuer());
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        provider.stop().await;
        Ok(())
    })
}

impl Drop for Provider {
    fn drop(&mut self) {
        // The request to stop is on its way before anybody waits for it.
        drop(self.handle.stop(false));
    }
}

/// All endpoints.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(pages::root))
        .route("/.well-known/openid-configuration", web::get().to(metadata::discovery))
        .route("/jwks", web::get().to(metadata::jwks))
        .route("/authorize", web::get().to(authorize::page))
        .route("/authorize/decision", web::post().to(decide::decide))
        .route("/token", web::post().to(token::token))
        .route("/userinfo", web::get().to(userinfo::userinfo))
        .route("/userinfo", web::post().to(userinfo::userinfo))
        .route("/end_session", web::get().to(logout::end_session))
        .route("/end_session", web::post().to(logout::end_session))
        .route("/style.css", web::get().to(pages::style))
        .route("/people/{name}.svg", web::get().to(pages::picture));
}
