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
use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use super::cause::{self, Cause};
use super::connection::Connection;
use super::exchange::{Exchange, tracked};
use super::limiter::{Admitted, LimitExceeded, Limiter, Permit};
use super::timeouts::Timeouts;

/// Connections that the system completes before they are accepted.
const BACKLOG: u32 = 1024;
/// The bytes of an answer that the system keeps until the client has acknowledged them; the system doubles this value.
const SEND_BUFFER: u32 = 128 * 1024;
/// How much of an answer the system takes beyond what it can send. We see only what the system takes: with this limit
/// it takes more once the client has read 4 KiB, so that a slow reader is seen to make progress.
const UNSENT: u32 = 8 * 1024;

/// The limits on connections that are not configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    /// The time limits of each connection.
    pub timeouts: Timeouts,
    /// Whether loopback addresses are counted like all others. For tests, which have no other addresses.
    pub count_loopback: bool,
}

/// The parameters of a listener.
pub(super) struct Options {
    pub(super) address: SocketAddr,
    pub(super) workers: usize,
    pub(super) sockets_per_worker: usize,
    /// How long running requests may take at the end, in whole seconds.
    pub(super) shutdown_timeout: u64,
    pub(super) admission: Admission,
}

/// The limits and settings by which connections are served.
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
        let permit = self.permit(address, is_proxy).map_err(|cause| DispatchError::Io(cause.into()))?;
        let Timeouts { idle, idle_proxy, .. } = self.bounds.timeouts;
        let (idle, requests) = if is_proxy { (idle_proxy, None) } else { (idle, self.requests) };
        let exchange = Rc::new(Exchange::new(requests));
        let connection = Connection::new(socket, exchange, self.bounds.timeouts, idle, permit);
        Ok((connection, Some(peer)))
    }

    fn permit(&self, address: IpAddr, is_proxy: bool) -> Result<Permit, Cause> {
        let is_exempt = is_proxy || (address.is_loopback() && !self.bounds.count_loopback);
        let limit = self.limiter.all();
        match self.limiter.admit(address, is_exempt, Instant::now()) {
            Ok(Admitted { permit, evicted }) => {
                if let Some(network) = evicted {
                    tracing::warn!(limit, %network, "the limit of connections is reached: those of the largest networks are closed for new ones");
                }
                Ok(permit)
            }
            Err(LimitExceeded::All { warn }) => {
                if warn {
                    tracing::warn!(limit, "connections are closed at accept: too many in all");
                }
                Err(Cause::TooMany)
            }
            Err(LimitExceeded::Network { network, warn }) => {
                if warn {
                    tracing::warn!(%network, "connections are closed at accept: too many from this address");
                }
                Err(Cause::TooManyOfNetwork)
            }
        }
    }
}

/// A running listener and its threads.
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
        let Options { address, workers, sockets_per_worker, shutdown_timeout, admission } = options;
        let socket = bind(address)?;
        let address = socket.local_addr()?;
        let builder = ServerBuilder::new()
            .workers(workers)
            .max_concurrent_connections(sockets_per_worker)
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
            fn_service(move |socket: TcpStream| std::future::ready(admission.admit(socket)))
                .and_then(http)
                .map_err(|error| cause::report(&error))
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
    // Accepted connections inherit both.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    SockRef::from(&socket).set_tcp_notsent_lowat(UNSENT)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use actix_web::body::{BodySize, MessageBody};
    use actix_web::dev::{ServiceRequest, ServiceResponse};
    use actix_web::middleware::{Next, from_fn};
    use actix_web::web::Bytes;
    use actix_web::{App, HttpResponse, web};

    use super::*;

    /// An answer that is larger than all buffers of the system.
    const LONG: usize = 300 * 1024;

    /// A listener whose clients may be silent for 2 s, take 2 kB a second, and may be idle for 1 s.
    fn listen() -> Listener {
        let seconds = Duration::from_secs;
        let timeouts =
            Timeouts { idle: seconds(1), stall: seconds(2), rate_after: seconds(3), rate: 2048, ..Timeouts::default() };
        let options = Options {
            address: ([127, 0, 0, 1], 0).into(),
            workers: 1,
            sockets_per_worker: 20,
            shutdown_timeout: 0,
            admission: Admission {
                limiter: Limiter::new(10, 10),
                bounds: Bounds { timeouts, count_loopback: false },
                trusted_proxies: Arc::default(),
                requests: None,
            },
        };
        let app = || App::new().wrap(from_fn(fail)).route("/long", web::get().to(|| async { "x".repeat(LONG) }));
        Listener::start(options, app).expect("a free port")
    }

    /// A body of so many pieces of 1 KiB.
    struct Pieces(usize);

    impl MessageBody for Pieces {
        type Error = std::convert::Infallible;

        fn size(&self) -> BodySize {
            BodySize::Stream
        }

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
            let left = self.0.checked_sub(1);
            self.0 = left.unwrap_or_default();
            Poll::Ready(left.map(|_| Ok(Bytes::from("x".repeat(1024)))))
        }
    }

    /// Fails before any handler, if the path says so; the error has a long body in pieces.
    async fn fail(
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
        if request.path() != "/error" {
            return next.call(request).await;
        }
        let answer = HttpResponse::InternalServerError().body(Pieces(LONG / 1024));
        Err(actix_web::error::InternalError::from_response("a failing service", answer).into())
    }

    /// Reads the answer on a thread of its own; the number of bytes that came before it ended.
    async fn read(address: SocketAddr, path: &'static str, bytes: usize, pause: Duration) -> usize {
        let reader = std::thread::spawn(move || read_all(address, path, bytes, pause));
        while !reader.is_finished() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        reader.join().expect("no panic")
    }

    fn read_all(address: SocketAddr, path: &str, bytes: usize, pause: Duration) -> usize {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a socket");
        socket.connect(&address.into()).expect("a connection");
        let mut stream = std::net::TcpStream::from(socket);
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("a connection");
        let (mut part, mut all) = (vec![0; bytes], 0);
        loop {
            match stream.read(&mut part) {
                Ok(0) => return all,
                Ok(read) => all += read,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return all,
                Err(error) => panic!("after {all} bytes: {error}"),
            }
            std::thread::sleep(pause);
        }
    }

    #[actix_web::test]
    async fn a_slow_reader_of_a_long_answer_gets_all_of_it() {
        let listener = listen();
        let all = read(listener.address, "/long", 4096, Duration::from_millis(50)).await;
        assert!(all > LONG, "cut after {all} of {LONG} bytes");
    }

    /// The exchange ends with the body of the error, and not with the failure of the service: until then the connection is
    /// not idle.
    #[actix_web::test]
    async fn a_slow_reader_of_an_error_of_the_service_gets_all_of_it() {
        let listener = listen();
        let all = read(listener.address, "/error", 4096, Duration::from_millis(50)).await;
        assert!(all > LONG, "cut after {all} of {LONG} bytes");
    }

    #[actix_web::test]
    async fn a_reader_below_the_lowest_rate_is_cut() {
        let listener = listen();
        let all = read(listener.address, "/long", 16, Duration::from_millis(20)).await;
        assert!(all < LONG, "all of it was sent");
    }
}
