//! `POST /backchannel-logout/{provider}` (OpenID Connect Back-Channel Logout 1.0 §2.5).

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::login::Code;
use crate::logout::{self, LogoutTokenError};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::client_address;
use crate::web::request::extract::{Form, Parameters};
use crate::web::request::throttle::Throttles;

/// The parameter of the form that is read; others are ignored (§2.5).
const TOKEN: &str = "logout_token";

/// Takes a logout token of a provider. 200 also if no session here matches; 400 for an invalid token. A provider sends
/// the logout tokens of all its users from one address, so only refused ones count against the rate limit.
pub async fn take(
    app: Data<App>,
    throttles: Data<Throttles>,
    provider: Path<String>,
    request: HttpRequest,
    form: Result<Form, Problem>,
) -> Result<HttpResponse, Problem> {
    let token = form.and_then(|Form(form)| read(&request, &form));
    let ended = match token {
        Ok(token) => {
            let ip = client_address::address(&request, &app.config.server.trusted_proxies);
            logout::receive_logout_token(&app, &provider, &token, ip, app.clock.now()).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match ended {
        Ok(_) => Ok(HttpResponse::Ok().finish()),
        Err(problem) => Err(throttles.bad_logout_token(&app, &request).err().unwrap_or(problem)),
    }
}

/// The logout token of the form. A token in the query is refused: logs of proxies contain the query.
fn read(request: &HttpRequest, form: &Parameters) -> Result<String, Problem> {
    if Parameters::of_query(request)?.get(TOKEN).is_some() {
        return Err(Problem::invalid("The parameter logout_token is in the query: send it in the form."));
    }
    form.get(TOKEN).map(str::to_owned).ok_or_else(|| Problem::missing(TOKEN))
}

impl From<LogoutTokenError> for Problem {
    fn from(untold: LogoutTokenError) -> Self {
        match untold {
            LogoutTokenError::UnknownProvider => Code::UnknownProvider.into(),
            LogoutTokenError::BadToken => Refusal::InvalidRequest.into(),
            LogoutTokenError::Unavailable => Code::ProviderUnavailable.into(),
            LogoutTokenError::Db(error) => error.into(),
        }
    }
}
