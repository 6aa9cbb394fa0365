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

/// The settings of a pretend provider.
pub struct Settings {
    /// The address to listen on. Port 0 selects a free one.
    pub listen: SocketAddr,
    /// The issuer; by default `http://` and the address.
    pub issuer: Option<String>,
    /// The only registered client.
    pub client: Client,
    /// The response time of the token endpoint for a login with the failure `slow`.
    pub slow: Duration,
    /// The source of the current time.
    pub clock: Clock,
}

/// A running pretend provider; stopped on drop.
pub struct Provider {
    issuer: String,
    handle: ServerHandle,
}

impl Provider {
    /// Starts the provider on the caller's actix runtime.
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

    /// The issuer identifier (OpenID Connect Core §2).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Stops the provider without waiting for responses in progress.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// Runs a provider until SIGINT or SIGTERM. Calls `announce` with the issuer when the provider accepts connections.
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
        // The call to `stop` sends the command; the future only waits until the server has stopped.
        drop(self.handle.stop(false));
    }
}

/// Registers all endpoints with actix.
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
