//! Serving the guarded site.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::proxy;
use super::state::State;
use crate::base::outbound::Outbound;

/// A running guarded site; stopped when dropped.
pub struct GuardedSite {
    handle: ServerHandle,
}

impl GuardedSite {
    /// Serves it at `listen`. `origin` is its address for browsers, and `gateway` the gateway's issuer.
    pub fn start(listen: SocketAddr, origin: &str, gateway: &str) -> io::Result<Self> {
        let outbound = Outbound::without_authorities().map_err(io::Error::other)?;
        let state = web::Data::new(State { gateway: gateway.to_owned(), outbound, origin: origin.to_owned() });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .route("/style.css", web::get().to(style))
                .default_service(web::to(at_one_origin))
        });
        let server = server.workers(1).disable_signals().listen(TcpListener::bind(listen)?)?.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Ok(Self { handle })
    }

    /// Stops it without waiting for open requests.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

impl Drop for GuardedSite {
    fn drop(&mut self) {
        // `stop` sends its request at once; the future only waits for the end.
        drop(self.handle.stop(false));
    }
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("style.css"))
}

/// A browser sends the cookie of 127.0.0.1 to that name only, so another name of the machine leads there.
async fn at_one_origin(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    if format!("http://{}", request.connection_info().host()) == state.origin {
        return proxy::pass(state, request).await;
    }
    let target = format!("{}{}", state.origin, request.uri());
    HttpResponse::TemporaryRedirect().insert_header(("Location", target)).finish()
}
