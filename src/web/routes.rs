//! Which address answers what.

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard};

use super::problem::Problem;
use super::{
    account, administration, authorize, backchannel_logout, cors, discovery, introspection, json_door, login, logout,
    metadata, ops, pages, provider_token, revocation, session, sessions, status_list, token, userinfo,
};
use crate::app::App;

/// The public listener, under the path prefix of `server.public_url`.
pub fn public(routes: &mut ServiceConfig, prefix: &str) {
    let mut house = web::scope(prefix)
        .service(page("/", "GET, HEAD").route(read().to(home)))
        .service(endpoint("/providers", "GET, HEAD").route(read().to(login::providers)))
        .service(page("/login", "GET, HEAD").route(read().to(login::choose)))
        .service(page("/login/{provider}", "GET").route(web::get().to(login::begin)))
        .service(
            page("/callback/{provider}", "GET, POST")
                .route(web::get().to(login::callback))
                .route(web::post().to(login::callback_by_form)),
        )
        .service(
            page("/logout", "GET, POST")
                .route(web::get().to(logout::by_link))
                .route(web::post().to(logout::by_form))
                .route(preflight("POST")),
        )
        .service(page("/logout/confirm", "POST").route(web::post().to(logout::confirmed)))
        .service(page("/logout/callback/{provider}", "GET").route(web::get().to(logout::returned)))
        .service(oauth("/backchannel-logout/{provider}").route(web::post().to(backchannel_logout::take)))
        .service(page("/account", "GET, HEAD").route(read().to(account::show)))
        .service(page("/account/sessions/end-others", "POST").route(web::post().to(account::end_others)))
        .service(page("/account/sessions/{id}/end", "POST").route(web::post().to(account::end_one)))
        .service(endpoint("/session", "GET, HEAD").route(read().to(session::show)).route(preflight("GET")))
        .service(endpoint("/session/token", "POST").route(web::post().to(session::token)).route(preflight("POST")))
        .service(
            endpoint("/sessions", "GET, HEAD, DELETE")
                .route(read().to(sessions::list))
                .route(web::delete().to(sessions::end_many))
                .route(preflight("GET, DELETE")),
        )
        .service(
            endpoint("/sessions/{id}", "DELETE").route(web::delete().to(sessions::end_one)).route(preflight("DELETE")),
        )
        .service(
            endpoint("/identities/{provider}/token", "GET")
                .route(web::get().to(provider_token::show))
                .route(preflight("GET")),
        )
        .service(
            endpoint("/userinfo", "GET, HEAD, POST")
                .route(read().to(userinfo::show))
                .route(web::post().to(userinfo::show))
                .route(preflight("GET, POST")),
        )
        .service(
            page("/oauth2/authorize", "GET, POST")
                .route(web::get().to(authorize::authorize))
                .route(web::post().to(authorize::authorize_by_form)),
        )
        .service(
            page("/oauth2/authorize/agree", "GET, POST")
                .route(web::get().to(authorize::ask))
                .route(web::post().to(authorize::agree)),
        )
        .service(oauth("/oauth2/par").route(web::post().to(authorize::push)).route(preflight("POST")))
        .service(endpoint(metadata::OPENID, "GET, HEAD").route(read().to(metadata::show)))
        .service(endpoint(metadata::OAUTH, "GET, HEAD").route(read().to(metadata::show)))
        .service(oauth("/oauth2/introspect").route(web::post().to(introspection::introspect)))
        .service(oauth("/oauth2/revoke").route(web::post().to(revocation::revoke)).route(preflight("POST")))
        .service(endpoint("/.well-known/jwks.json", "GET, HEAD").route(read().to(discovery::jwks)))
        .service(endpoint("/status-lists/{number}", "GET, HEAD").route(read().to(status_list::show)))
        .service(endpoint(pages::STYLE_PATH, "GET, HEAD").route(read().to(pages::style)))
        .service(endpoint(pages::ICON_PATH, "GET, HEAD").route(read().to(pages::icon)))
        .service(endpoint("/favicon.ico", "GET, HEAD").route(read().to(pages::favicon)));
    // With the trailing slash, as the frontends of this door write it, and without.
    for path in ["/oauth2/url/", "/oauth2/url"] {
        house = house.service(endpoint(path, "GET").route(web::get().to(json_door::url)).route(preflight("GET")));
    }
    for path in ["/oauth2/token/", "/oauth2/token"] {
        house = house.service(endpoint(path, "POST").route(web::post().to(token::token)).route(preflight("POST")));
    }
    if !prefix.is_empty() {
        // RFC 8414 §3.1 puts the issuer's path behind the well-known part.
        let path = format!("{}{prefix}", metadata::OAUTH);
        routes.service(endpoint(&path, "GET, HEAD").route(read().to(metadata::show)));
    }
    routes.service(house.default_service(web::to(nothing_here))).default_service(web::to(nothing_here));
}

/// The admin listener. Without `admin.token` nothing is administered over HTTP.
pub fn admin(routes: &mut ServiceConfig, administered: bool) {
    routes
        .service(endpoint("/healthz", "GET, HEAD").route(read().to(ops::healthz)))
        .service(endpoint("/readyz", "GET, HEAD").route(read().to(ops::readyz)))
        .service(endpoint("/metrics", "GET, HEAD").route(read().to(ops::metrics)));
    if administered {
        routes.service(administrative());
    }
    routes.default_service(web::to(not_on_admin));
}

fn administrative() -> impl HttpServiceFactory + 'static {
    web::scope("/admin")
        .wrap(from_fn(administration::guard))
        .service(endpoint("/users", "GET, HEAD").route(read().to(administration::users)))
        .service(
            endpoint("/users/{sub}", "GET, HEAD, DELETE")
                .route(read().to(administration::user))
                .route(web::delete().to(administration::delete_user)),
        )
        .service(endpoint("/users/{sub}/disable", "POST").route(web::post().to(administration::disable)))
        .service(endpoint("/users/{sub}/enable", "POST").route(web::post().to(administration::enable)))
        .service(
            endpoint("/users/{sub}/sessions", "GET, HEAD, DELETE")
                .route(read().to(administration::sessions))
                .route(web::delete().to(administration::end_sessions)),
        )
        .service(endpoint("/sessions/{sid}", "DELETE").route(web::delete().to(administration::end_session)))
        .service(endpoint("/logout-notices", "GET, HEAD").route(read().to(administration::logout_notices)))
        .service(endpoint("/logins/{reference}", "GET, HEAD").route(read().to(administration::login)))
        .default_service(web::to(not_on_admin))
}

/// An address that people come to; it tells others which methods it takes.
fn page(path: &str, allow: &'static str) -> Resource {
    let refuse = move |request: HttpRequest| async move { Problem::method_not_allowed(allow).for_browser(&request) };
    web::resource(path).default_service(web::to(refuse))
}

/// An address that programs come to.
fn endpoint(path: &str, allow: &'static str) -> Resource {
    let refuse = move |request: HttpRequest| async move { Problem::method_not_allowed(allow).for_program(&request) };
    web::resource(path).default_service(web::to(refuse))
}

/// An OAuth endpoint that takes forms.
fn oauth(path: &str) -> Resource {
    let refuse = |request: HttpRequest| async move { Problem::method_not_allowed("POST").for_oauth_endpoint(&request) };
    web::resource(path).default_service(web::to(refuse))
}

/// GET, and HEAD, which is the same without the body (RFC 9110 §9.3.2).
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn preflight(methods: &'static str) -> Route {
    let answer = move |app: Data<App>, request: HttpRequest| async move { cors::preflight(&app, &request, methods) };
    web::method(actix_web::http::Method::OPTIONS).to(answer)
}

async fn home(app: Data<App>) -> HttpResponse {
    pages::see_other(&format!("{}/account", app.config.server.public_url.prefix()))
}

async fn not_on_admin(request: HttpRequest) -> HttpResponse {
    Problem::not_on_admin().without_pages(&request)
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    Problem::not_found().for_anyone(&request)
}
