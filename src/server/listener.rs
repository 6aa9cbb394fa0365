//! A listener: actix-server's workers, the limits of connections, and actix-http's HTTP/1 over our stream. HTTP/2 is not
//! spoken.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Request, Response};
use actix_server::{ServerBuilder, ServerHandle};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use ipnet::IpNet;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use super::connection::Connection;
use super::descriptors;
use super::exchange::{Exchange, tracked};
use super::limiter::{LimitExceeded, Limiter, Permit};
use super::timeouts::Timeouts;

/// Connections that the system completes before they are accepted.
const BACKLOG: u32 = 1024;
/// What the system keeps of an answer that a client does not read; it doubles this. Most answers fit, and a client
/// that reads nothing costs no more.
const SEND_BUFFER: u32 = 128 * 1024;

/// What bounds connections, beside the configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    /// The time limits.
    pub timeouts: Timeouts,
    /// Whether loopback addresses are counted like all others. For tests, which have no other addresses.
    pub count_loopback: bool,
}

/// What a listener is started with.
pub(super) struct Options {
    pub(super) address: SocketAddr,
    pub(super) workers: usize,
    /// In whole seconds.
    pub(super) shutdown_timeout: u64,
    pub(super) admission: Admission,
}

/// Which connections are served, and how.
#[derive(Clone)]
pub(super) struct Admission {
    pub(super) limiter: Arc<Limiter>,
    pub(super) bounds: Bounds,
    pub(super) trusted_proxies: Arc<[IpNet]>,
    /// How many requests a connection of a client may bring.
    pub(super) requests: Option<u32>,
}

impl Admission {
    /// The connection, unless it has to be closed at once.
    fn admit(&self, socket: TcpStream) -> Result<(Connection, Option<SocketAddr>), DispatchError> {
        let peer = socket.peer_addr().map_err(DispatchError::Io)?;
        let address = peer.ip().to_canonical();
        let is_proxy = self.trusted_proxies.iter().any(|network| network.contains(&address));
        let permit = self.permit(address, is_proxy)?;
        let Timeouts { idle, idle_proxy, .. } = self.bounds.timeouts;
        let (idle, requests) = if is_proxy { (idle_proxy, None) } else { (idle, self.requests) };
        let exchange = Rc::new(Exchange::new(requests));
        let connection = Connection::new(socket, exchange, self.bounds.timeouts, idle, permit);
        Ok((connection, Some(peer)))
    }

    fn permit(&self, address: IpAddr, is_proxy: bool) -> Result<Permit, DispatchError> {
        let is_exempt = is_proxy || (address.is_loopback() && !self.bounds.count_loopback);
        let admitted = self.limiter.admit(address, is_exempt, Instant::now());
        admitted.map_err(|refused| {
            match refused {
                LimitExceeded::All { warn: true } => {
                    tracing::warn!(limit = self.limiter.all(), "connections are closed at accept: too many in all");
                }
                LimitExceeded::Address { network, warn: true } => {
                    tracing::warn!(address = %network, "connections are closed at accept: too many from this address");
                }
                _ => {}
            }
            DispatchError::Io(io::ErrorKind::ConnectionRefused.into())
        })
    }
}

/// A running listener.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Listener {
    /// Listens, and serves each connection with an app that the worker makes.
    pub(super) fn start<F, I, S, B>(options: Options, app: F) -> io::Result<Self>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<actix_web::Error> + 'static,
        S::InitError: Debug,
        S::Response: Into<Response<B>> + 'static,
        <S::Service as Service<Request>>::Future: 'static,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        let Options { address, workers, shutdown_timeout, admission } = options;
        let socket = bind(address)?;
        let address = socket.local_addr()?;
        let builder = ServerBuilder::new()
            .workers(workers)
            .max_concurrent_connections(descriptors::per_worker(admission.limiter.all(), workers))
            .shutdown_timeout(shutdown_timeout)
            .disable_signals();
        let stopping = builder.graceful_shutdown_signal();
        let builder = builder.listen("http", socket, move || {
            let (admission, stopping) = (admission.clone(), stopping.clone());
            let app = app().into_factory().map_err(|error| error.into().error_response());
            let http = HttpService::build()
                // The stream has the timers, and needs one for all: docs/connections.md.
                .keep_alive(KeepAlive::Os)
                .client_request_timeout(std::time::Duration::ZERO)
                .client_disconnect_timeout(admission.bounds.timeouts.drain)
                .local_addr(address)
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .on_connect_ext(|connection: &Connection, data| {
                    data.insert(Rc::clone(connection.exchange()));
                })
                .h1(tracked(map_config(app, |()| AppConfig::default())));
            fn_service(move |socket: TcpStream| std::future::ready(admission.admit(socket))).and_then(http)
        })?;
        let running = builder.run();
        Ok(Self { address, handle: running.handle(), task: tokio::spawn(running) })
    }

    /// Accepts no more connections, and lets running requests finish.
    pub(super) async fn stop(self) {
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.task.await {
            tracing::warn!(%error, "a listener ended badly");
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}
