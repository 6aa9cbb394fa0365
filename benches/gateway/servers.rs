//! actix servers: the provider, and a bare handler that measures what a handler can reach behind the gateway's listener.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{App, Error, HttpServer};
use vestibule::server::serve_bare;

/// Starts a server on a separate thread; it runs until the process ends.
pub fn start<T, B>(workers: usize, app: impl Fn(SocketAddr) -> App<T> + Send + Clone + 'static) -> SocketAddr
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || app(address)).workers(workers).disable_signals();
            server.listen(listener).expect("a listener").run().await
        })
    });
    address
}

/// A handler that answers every request with the headers and body of this answer: a plain actix handler behind a listener of the
/// gateway, with its workers, its limits of connections and its reading of requests.
pub fn bare(head: &str, body: Vec<u8>, reads_body: bool) -> SocketAddr {
    const OWN: [&str; 3] = ["content-length", "date", "connection"];
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let kept = lines.filter(|(name, _)| !OWN.contains(&name.to_ascii_lowercase().as_str()));
    let parsed = |(name, value): (&str, &str)| {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        (name, HeaderValue::from_str(value.trim()).expect("a header's value"))
    };
    let headers: Vec<_> = kept.map(parsed).collect();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (address, running) = serve_bare(workers, headers, body.into(), reads_body).expect("a listener");
            sender.send(address).expect("a receiver");
            running.await;
        });
    });
    receiver.recv().expect("an address")
}
