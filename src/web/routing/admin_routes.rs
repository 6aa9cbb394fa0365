//! The routes of the admin listener.

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard};

use crate::web::answer::problem::Problem;
use crate::web::endpoint::{administration, ops};

/// Registers the routes. `administered`: whether `admin.token` is set; without it, `/admin/` does not exist.
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

/// An endpoint. Methods other than `allow` get 405 with `allow` as the header `Allow`.
fn endpoint(path: &str, allow: &'static str) -> Resource {
    let refuse = move |request: HttpRequest| async move { Problem::method_not_allowed(allow).for_program(&request) };
    web::resource(path).default_service(web::to(refuse))
}

/// GET and HEAD. HEAD has the same answer without the body (RFC 9110 §9.3.2).
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn not_on_admin(request: HttpRequest) -> HttpResponse {
    Problem::not_on_admin().without_pages(&request)
}
