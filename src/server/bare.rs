//! A listener of the same make as the public one whose only handler returns a fixed answer: what the bench compares with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::{future, io};

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App as HttpApp, HttpResponse};

use super::limiter::Limiter;
use super::listener::{Admission, Bounds, Listener, Options};

/// Connections in all, and of each worker. The bench has a few hundred.
const CONNECTIONS: usize = 10_000;

/// Serves the answer at a free port of loopback, at every path and by every method, for as long as the process lives. `reads_body` is for
/// requests with one. Runs inside actix's runtime.
pub fn serve_bare(
    workers: usize,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    reads_body: bool,
) -> io::Result<(SocketAddr, impl Future<Output = ()>)> {
    let options = Options {
        address: (Ipv4Addr::LOCALHOST, 0).into(),
        workers,
        sockets_per_worker: CONNECTIONS,
        shutdown_timeout: 1,
        admission: Admission {
            limiter: Limiter::new(CONNECTIONS, CONNECTIONS),
            bounds: Bounds::default(),
            trusted_proxies: Arc::default(),
            requests: Some(u32::MAX),
        },
    };
    let answer: Arc<(Vec<(HeaderName, HeaderValue)>, Bytes)> = Arc::new((headers, body));
    let listener = Listener::start(options, move || {
        let answer = Arc::clone(&answer);
        let handler = if reads_body {
            // actix closes a connection whose request body was not read.
            web::to(move |_read: Bytes| future::ready(fixed(&answer)))
        } else {
            web::to(move || future::ready(fixed(&answer)))
        };
        HttpApp::new().default_service(handler)
    })?;
    let address = listener.address;
    Ok((address, async move {
        future::pending::<()>().await;
        listener.stop().await;
    }))
}

fn fixed((headers, body): &(Vec<(HeaderName, HeaderValue)>, Bytes)) -> HttpResponse {
    let mut answer = HttpResponse::Ok().body(body.clone());
    for (name, value) in headers {
        answer.headers_mut().append(name.clone(), value.clone());
    }
    answer
}
