//! `POST /backchannel-logout/{provider}` (OpenID Connect Back-Channel Logout 1.0 §2.5).

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::login::Code;
use crate::logout::{self, LogoutTokenError};
use crate::web::answer::problem::Problem;
use crate::web::request::extract::{self, Parameters};
use crate::web::request::throttle::Throttles;

/// The parameter of the form that is read; others are ignored (§2.5).
const TOKEN: &str = "logout_token";

/// Takes a logout token of a provider. 200 also where no session here matches; 400 for an invalid token.
pub async fn take(
    app: Data<App>,
    throttles: Data<Throttles>,
    provider: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    match answer(&app, &throttles, &provider, &request, payload).await {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(problem) => problem.for_oauth_endpoint(&request),
    }
}

async fn answer(
    app: &App,
    throttles: &Throttles,
    provider: &str,
    request: &HttpRequest,
    payload: Payload,
) -> Result<(), Problem> {
    let token = read(app, request, payload).await;
    let told = match token {
        Ok(token) => logout::told_by_provider(app, provider, &token, app.clock.now()).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match told {
        Ok(_) => Ok(()),
        // A provider sends the logout tokens of all its users from one address, so only refused ones count.
        Err(problem) => Err(throttles.bad_logout_token(app, request).err().unwrap_or(problem)),
    }
}

/// Reads the logout token from the body. A token in the query is refused: logs of proxies contain the query.
async fn read(app: &App, request: &HttpRequest, payload: Payload) -> Result<String, Problem> {
    let form = extract::form(request, payload, app.config.limits.body_bytes).await?;
    if Parameters::of_query(request)?.get(TOKEN).is_some() {
        return Err(Problem::invalid_request());
    }
    form.get(TOKEN).map(str::to_owned).ok_or_else(Problem::invalid_request)
}

impl From<LogoutTokenError> for Problem {
    fn from(untold: LogoutTokenError) -> Self {
        match untold {
            LogoutTokenError::UnknownProvider => Code::UnknownProvider.into(),
            LogoutTokenError::BadToken => Self::invalid_request(),
            LogoutTokenError::Unavailable => Code::ProviderUnavailable.into(),
            LogoutTokenError::Db(error) => error.into(),
        }
    }
}
