//! Which address answers what.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource};

use super::problem::Problem;
use super::{
    cors, discovery, introspection, json_door, login, logout, ops, pages, revocation, session, status_list, token,
    userinfo,
};
use crate::app::App;

/// The public listener, under the path prefix of `server.public_url`.
pub fn public(routes: &mut ServiceConfig, prefix: &str) {
    let mut house = web::scope(prefix)
        .service(only("/", "GET, HEAD").route(web::get().to(home)))
        .service(only("/providers", "GET, HEAD").route(web::get().to(login::providers)))
        .service(only("/login", "GET, HEAD").route(web::get().to(login::choose)))
        .service(only("/login/{provider}", "GET").route(web::get().to(login::begin)))
        .service(
            only("/callback/{provider}", "GET, POST")
                .route(web::get().to(login::callback))
                .route(web::post().to(login::callback_by_form)),
        )
        .service(only("/logout", "POST").route(web::post().to(logout::local)).route(preflight("POST")))
        .service(only("/account", "GET, HEAD").route(web::get().to(session::account)))
        .service(only("/session", "GET, HEAD").route(web::get().to(session::show)).route(preflight("GET")))
        .service(only("/session/token", "POST").route(web::post().to(session::token)).route(preflight("POST")))
        .service(
            only("/userinfo", "GET, HEAD, POST")
                .route(web::get().to(userinfo::show))
                .route(web::post().to(userinfo::show))
                .route(preflight("GET, POST")),
        )
        .service(only("/oauth2/introspect", "POST").route(web::post().to(introspection::introspect)))
        .service(only("/oauth2/revoke", "POST").route(web::post().to(revocation::revoke)).route(preflight("POST")))
        .service(only("/.well-known/jwks.json", "GET, HEAD").route(web::get().to(discovery::jwks)))
        .service(only("/status-lists/{number}", "GET, HEAD").route(web::get().to(status_list::show)))
        .service(only(pages::STYLE_PATH, "GET, HEAD").route(web::get().to(pages::style)))
        .service(only(pages::ICON_PATH, "GET, HEAD").route(web::get().to(pages::icon)));
    // With the trailing slash, as the frontends of this door write it, and without.
    for path in ["/oauth2/url/", "/oauth2/url"] {
        house = house.service(only(path, "GET").route(web::get().to(json_door::url)).route(preflight("GET")));
    }
    for path in ["/oauth2/token/", "/oauth2/token"] {
        house = house.service(only(path, "POST").route(web::post().to(token::token)).route(preflight("POST")));
    }
    routes.service(house.default_service(web::to(nothing_here))).default_service(web::to(nothing_here));
}

/// The admin listener.
pub fn admin(routes: &mut ServiceConfig) {
    routes
        .service(only("/healthz", "GET, HEAD").route(web::get().to(ops::healthz)))
        .service(only("/readyz", "GET, HEAD").route(web::get().to(ops::readyz)))
        .service(only("/metrics", "GET, HEAD").route(web::get().to(ops::metrics)))
        .default_service(web::to(nothing_here));
}

/// A resource that tells others which methods it takes.
fn only(path: &str, allow: &'static str) -> Resource {
    let refuse = move |request: HttpRequest| async move { Problem::method_not_allowed(allow).for_browser(&request) };
    web::resource(path).default_service(web::to(refuse))
}

fn preflight(methods: &'static str) -> actix_web::Route {
    let answer = move |app: Data<App>, request: HttpRequest| async move { cors::preflight(&app, &request, methods) };
    web::method(actix_web::http::Method::OPTIONS).to(answer)
}

async fn home(app: Data<App>) -> HttpResponse {
    pages::see_other(&format!("{}/account", app.config.server.public_url.prefix()))
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    Problem::not_found().for_browser(&request)
}
