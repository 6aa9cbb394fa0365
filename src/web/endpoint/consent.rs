//! `GET, POST /oauth2/authorize/agree`: the consent page.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::authorize::{named_request, redirect_to_next, signed_in};
use crate::app::App;
use crate::authorize::{self, Next, OpenRequest};
use crate::login::{self, Code};
use crate::session::SignedIn;
use crate::web::answer::app_goal::AppGoal;
use crate::web::answer::page::Viewing;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::{consent, viewer};
use crate::web::request::extract::{Form, Parameters, Query};

/// `GET /oauth2/authorize/agree`: the consent page, or the page that says that the app may not be used.
pub async fn show(app: Data<App>, request: HttpRequest, Query(query): Query) -> Result<HttpResponse, Problem> {
    let (open, signed_in) = request_and_session(&app, &request, &query).await?;
    let next = authorize::resume(&app, &open, signed_in.as_ref(), false, app.clock.now()).await?;
    Ok(match (next, &signed_in) {
        (Next::Consent(_), Some(signed_in)) => consent::page(Viewing::new(&app, &request), &open, signed_in),
        (Next::Denied(_), _) => return Err(denied(&request, signed_in.as_ref(), open)),
        (next, _) => redirect_to_next(&app, &request, next)?,
    })
}

/// `POST /oauth2/authorize/agree`: the user's decision on the consent page.
pub async fn decide(app: Data<App>, request: HttpRequest, Form(form): Form) -> Result<HttpResponse, Problem> {
    let (open, signed_in) = request_and_session(&app, &request, &form).await?;
    let (signed_in, shown_to) = (signed_in.as_ref(), form.get("shown_to").unwrap_or_default());
    let now = app.clock.now();
    let next = match form.get("answer") {
        Some("yes") => authorize::consent(&app, &open, signed_in, shown_to, now).await?,
        Some("no") => authorize::decline(&app, &open, signed_in, shown_to, now).await?,
        _ => return Err(Refusal::InvalidRequest.into()),
    };
    redirect_to_next(&app, &request, next)
}

/// The authorization request that the consent page names, and the session of the browser.
async fn request_and_session(
    app: &App,
    request: &HttpRequest,
    parameters: &Parameters,
) -> Result<(OpenRequest, Option<SignedIn>), Problem> {
    let now = app.clock.now();
    let open = named_request(app, request, parameters, now).await?.ok_or(Refusal::InvalidRequest)?;
    Ok((open, signed_in(app, request, now).await?))
}

/// The page that names the account and the app. Its ways on are a login with another account, and back to the app.
fn denied(request: &HttpRequest, signed_in: Option<&SignedIn>, open: OpenRequest) -> Problem {
    viewer::remember(request, signed_in.is_some());
    let account = signed_in.and_then(|signed_in| login::account_name(&signed_in.user.profile));
    let provider = signed_in.map(|signed_in| signed_in.session.provider.clone());
    let problem = Problem::from(Refusal::AppNotAllowed).of_login_with(provider, account);
    problem.with_app(AppGoal::open(open, Code::NotAllowed, None))
}
