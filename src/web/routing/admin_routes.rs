//! The routes of the admin listener.

use actix_web::body::BoxBody;
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse, Resource, Route, guard};

use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::endpoint::{administration, ops};

/// Registers the routes. `administered`: whether `admin.token` is set; without it, `/admin/` does not exist.
pub fn admin(routes: &mut ServiceConfig, administered: bool) {
    routes
        .service(endpoint("/healthz", "GET, HEAD", [read().to(ops::healthz)]))
        .service(endpoint("/readyz", "GET, HEAD", [read().to(ops::readyz)]))
        .service(endpoint("/metrics", "GET, HEAD", [read().to(ops::metrics)]));
    if administered {
        routes.service(administrative());
    }
    routes.default_service(web::to(not_on_admin));
}

fn administrative() -> impl HttpServiceFactory + 'static {
    web::scope("/admin")
        .wrap(from_fn(administration::guard))
        .service(endpoint("/users", "GET, HEAD", [read().to(administration::users)]))
        .service(endpoint(
            "/users/{sub}",
            "GET, HEAD, DELETE",
            [read().to(administration::user), web::delete().to(administration::delete_user)],
        ))
        .service(endpoint("/users/{sub}/disable", "POST", [web::post().to(administration::disable)]))
        .service(endpoint("/users/{sub}/enable", "POST", [web::post().to(administration::enable)]))
        .service(endpoint(
            "/users/{sub}/sessions",
            "GET, HEAD, DELETE",
            [read().to(administration::sessions), web::delete().to(administration::end_sessions)],
        ))
        .service(endpoint("/users/{sub}/identities/{id}", "DELETE", [web::delete().to(administration::unlink)]))
        .service(endpoint("/sessions/{sid}", "DELETE", [web::delete().to(administration::end_session)]))
        .service(endpoint("/logout-notices", "GET, HEAD", [read().to(administration::logout_notices)]))
        .service(endpoint("/logins/{reference}", "GET, HEAD", [read().to(administration::login)]))
        .default_service(web::to(not_on_admin))
}

/// An endpoint. Methods other than `allow` get 405 with `allow` as the header `Allow`.
fn endpoint(
    path: &str,
    allow: &'static str,
    routes: impl IntoIterator<Item = Route>,
) -> impl HttpServiceFactory + 'static {
    let refuse = move |request: HttpRequest| async move { Problem::method_not_allowed(allow).for_program(&request) };
    let resource = routes.into_iter().fold(web::resource(path), Resource::route);
    resource.default_service(web::to(refuse)).wrap(from_fn(render))
}

/// Renders the refusal of a handler as `application/problem+json`.
async fn render(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = next.call(request).await?;
    let rendered = answer.response().error().and_then(Error::as_error::<Problem>);
    let rendered = rendered.map(|problem| problem.for_program(answer.request()));
    Ok(match rendered {
        Some(rendered) => answer.into_response(rendered),
        None => answer,
    })
}

/// GET and HEAD. HEAD has the same answer without the body (RFC 9110 §9.3.2).
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn not_on_admin(request: HttpRequest) -> HttpResponse {
    Problem::from(Refusal::NotOnAdmin).without_pages(&request)
}
