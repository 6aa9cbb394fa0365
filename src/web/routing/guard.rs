//! Decides by the table of routes whether a request reaches its handler.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::{Data, Payload};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use super::cors;
use super::route::{Access, Cors, Entry, Limit, OriginRule, Row, Surface};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::gate;
use crate::web::answer::problem::Problem;
use crate::web::request::caller::{Caller, FromListedOrigin, Means};
use crate::web::request::credentials::{self, Credential};
use crate::web::request::refuse;
use crate::web::request::throttle::Throttles;

/// Checks a request against its row and adds the CORS headers to the answer. The handler gets the result as [`Caller`]
/// or [`FromListedOrigin`]. Methods without an entry, and preflight requests, pass unchecked to their own handlers.
pub async fn guard(
    row: &'static Row,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<Data<App>>().cloned();
    let (Some(app), Some(entry)) = (app, row.entry(request.method())) else { return next.call(request).await };
    let mut answer = match judge(&app, entry, &mut request).await {
        Ok(()) => next.call(request).await?,
        Err(problem) => {
            let refused = refuse(&app, row, request.request(), problem);
            request.into_response(refused)
        }
    };
    let asked = answer.request().clone();
    match entry.cors {
        Cors::Nobody => {}
        Cors::Configured => cors::allow(&app, &asked, answer.headers_mut()),
        Cors::Anyone => cors::allow_all(answer.headers_mut()),
    }
    Ok(answer)
}

async fn judge(app: &App, entry: &Entry, request: &mut ServiceRequest) -> Result<(), Problem> {
    match (entry.limit, request.app_data::<Data<Throttles>>()) {
        (Some(Limit::Token), Some(throttles)) => throttles.token(app, request.request())?,
        (Some(_), None) => return Err(Problem::internal()),
        (None, _) => {}
    }
    let is_listed = cors::may_change(app, request.request());
    request.extensions_mut().insert(FromListedOrigin(is_listed));
    let refused_origin = entry.origin == OriginRule::Listed && !is_listed;
    let now = app.clock.now();
    let Some(Credential { session, means }) = credential(app, entry.access, request, now).await? else {
        return if refused_origin { Err(Problem::foreign_origin()) } else { Ok(()) };
    };
    // Browsers attach cookies to requests that another site causes, but never an access token (SE-13).
    if refused_origin && means == Means::Cookie {
        return Err(Problem::foreign_origin());
    }
    let signed_in = gate::live(app, session, now).await?;
    request.extensions_mut().insert(Caller { signed_in, means });
    Ok(())
}

/// The session that the request names by credentials of the kind `access`; `None` where that kind needs no session.
async fn credential(
    app: &App,
    access: Access,
    request: &mut ServiceRequest,
    now: Timestamp,
) -> Result<Option<Credential>, Problem> {
    match access {
        Access::Open | Access::Browser | Access::Client | Access::LogoutToken => Ok(None),
        Access::Cookie => credentials::by_cookie(app, request.request()).map(Some),
        Access::BuiltIn => credentials::of_built_in_client(app, request.request(), now).map(Some),
        Access::Account => credentials::for_account(app, request.request(), now).map(Some),
        Access::OpenId => {
            let payload = request.extract::<Payload>().await.map_err(|_| Problem::internal())?;
            credentials::for_openid(app, request.request(), payload, now).await.map(Some)
        }
    }
}

fn refuse(app: &App, row: &Row, request: &HttpRequest, problem: Problem) -> HttpResponse {
    match row.surface {
        Surface::Page => refuse::page(app, request, problem),
        Surface::Program => refuse::program(app, request, problem),
        Surface::OAuth => problem.for_oauth_endpoint(request),
    }
}
