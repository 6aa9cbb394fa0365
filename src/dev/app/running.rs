//! Serving the demo app's files.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;

/// A running demo app; stopped when dropped.
pub struct DemoApp {
    origin: String,
    handle: ServerHandle,
}

struct State {
    origin: String,
    gateway: String,
    provider: String,
    policy: String,
}

impl DemoApp {
    /// Serves it at `listen`. `gateway` is the gateway's issuer, `provider` the id of the provider to sign in at.
    pub fn start(listen: SocketAddr, gateway: &str, provider: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(listen)?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (gateway, provider, policy) = (gateway.to_owned(), provider.to_owned(), policy(gateway));
        let state = web::Data::new(State { origin: origin.clone(), gateway, provider, policy });
        let server = HttpServer::new(move || App::new().app_data(state.clone()).configure(routes))
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Ok(Self { origin, handle })
    }

    /// The origin that browsers open: `http://address:port`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Stops it without waiting for open requests.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

impl Drop for DemoApp {
    fn drop(&mut self) {
        // `stop` sends its request at once; the future only waits for the end.
        drop(self.handle.stop(false));
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(page))
        .route("/callback", web::get().to(page))
        .route("/app.js", web::get().to(async || file("text/javascript; charset=utf-8", include_str!("app.js"))))
        .route("/style.css", web::get().to(async || file("text/css; charset=utf-8", include_str!("style.css"))))
        .route("/icon.svg", web::get().to(async || file("image/svg+xml", include_str!("icon.svg"))))
        .route("/config.json", web::get().to(settings));
}

/// The only page, which is also the redirect URI.
async fn page(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    // Under another host name (`localhost`) it would be another origin, with other storage and without CORS access.
    if format!("http://{}", request.connection_info().host()) != state.origin {
        let target = format!("{}{}", state.origin, request.uri());
        return HttpResponse::TemporaryRedirect().insert_header(("Location", target)).finish();
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", state.policy.as_str()))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("X-Frame-Options", "DENY"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .insert_header(("Cache-Control", "no-store"))
        .body(include_str!("index.html"))
}

async fn settings(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"gateway": state.gateway, "provider": state.provider}))
}

fn file(media_type: &'static str, content: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(media_type).insert_header(("X-Content-Type-Options", "nosniff")).body(content)
}

fn policy(gateway: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {gateway}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_and_read_body_json, call_service, init_service};
    use serde_json::Value;

    use super::*;

    #[actix_web::test]
    async fn it_has_one_origin_and_no_inline_script() {
        let (origin, gateway) = ("http://127.0.0.1:8083".to_owned(), "http://127.0.0.1:8080".to_owned());
        let (provider, policy) = ("pretend".to_owned(), policy(&gateway));
        let state = web::Data::new(State { origin, gateway, provider, policy });
        let app = init_service(App::new().app_data(state).configure(routes)).await;
        let ask = |host, uri| TestRequest::get().uri(uri).insert_header(("host", host)).to_request();

        let page = call_service(&app, ask("127.0.0.1:8083", "/callback?code=x")).await;
        assert_eq!(page.status(), 200);
        let policy = page.headers().get("content-security-policy").expect("a policy").to_str().expect("text");
        assert!(policy.contains("connect-src 'self' http://127.0.0.1:8080;") && !policy.contains("unsafe"));
        let elsewhere = call_service(&app, ask("localhost:8083", "/callback?code=x")).await;
        assert_eq!(elsewhere.headers().get("location").expect("a target"), "http://127.0.0.1:8083/callback?code=x");
        let settings: Value = call_and_read_body_json(&app, ask("127.0.0.1:8083", "/config.json")).await;
        assert_eq!(settings["provider"], "pretend");

        // Every script tag names a file; the policy would block any other.
        let html = include_str!("index.html");
        assert_eq!(html.matches("<script").count(), html.matches("<script type=\"module\" src=").count());
        assert!(!html.contains("style=") && !html.contains("onclick"));
    }
}
