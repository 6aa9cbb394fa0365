//! `GET /session`, `POST /session/token`: the current session, and access tokens for it.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::account::User;
use crate::app::App;
use crate::base::clock::{Timestamp, TimestampSchema};
use crate::base::id::{SessionId, UserId};
use crate::session::{Aal, SignedIn};
use crate::token::{self, AccessToken, BUILT_IN_CLIENT};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::token_response::TokenResponse;
use crate::web::request::caller::{Caller, Means};
use crate::web::request::extract::{self, Parameters, Query};

/// `GET /session`: the session and its user.
pub async fn show(app: Data<App>, caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(view(&app, &caller.signed_in, &caller.means))
}

/// `POST /session/token`: an access token for a same-site app without a refresh token. The form parameter `resource`
/// limits it to one audience (RFC 8707); the issuer as `resource` gives it the scope `account`. A query, or a body that is no
/// form, is refused: a `resource` there would have no effect, and the token would be for more than was asked for.
pub async fn token(
    app: Data<App>,
    caller: Caller,
    Query(query): Query,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let form = form(&app, &request, payload).await?;
    if !query.is_empty() {
        return Err(Problem::invalid("The parameters are in the form, not in the query."));
    }
    let issued = issue(&app, &caller.signed_in, form.get("resource"))?;
    Ok(HttpResponse::Ok().json(TokenResponse {
        access_token: issued.token.expose(),
        token_type: "Bearer",
        expires_in: Some(issued.expires_in),
        ..TokenResponse::default()
    }))
}

fn issue(app: &App, signed_in: &SignedIn, resource: Option<&str>) -> Result<AccessToken, Problem> {
    let (now, scope) = (app.clock.now(), &signed_in.session.scopes);
    let issued = match resource {
        None => token::issue(app, signed_in, now),
        Some(resource) if token::is_issuer(app, resource) => {
            token::issue_for_account(app, signed_in, scope, now).map(|(issued, _)| issued)
        }
        Some(resource) => {
            let resource = token::resource(app, BUILT_IN_CLIENT, resource).ok_or_else(|| {
                Problem::invalid("The parameter resource is neither the issuer nor an item of tokens.audience.")
            })?;
            token::issue_scoped(app, signed_in, scope.clone(), Some(resource), now)
        }
    };
    Ok(issued?)
}

/// The form, or no parameters if the body is empty.
async fn form(app: &App, request: &HttpRequest, payload: Payload) -> Result<Parameters, Problem> {
    let limit = app.config.limits.body_bytes;
    if extract::media_type(request) == extract::FORM {
        return extract::form(request, payload, limit).await;
    }
    let body = extract::body(request, payload, limit).await?;
    if body.is_empty() { Ok(Parameters::none()) } else { Err(Refusal::MediaType.into()) }
}

/// The session of the caller.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(super) struct SessionView<'a> {
    sub: UserId,
    sid: SessionId,
    provider: &'a str,
    /// Only if the provider stated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TimestampSchema>")]
    auth_time: Option<Timestamp>,
    /// The assurance level, from `acr` and `amr`; missing if the provider sent neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    aal: Option<Aal>,
    /// When the session ends at the latest: its absolute timeout.
    #[schemars(with = "TimestampSchema")]
    expires_at: Timestamp,
    /// When the session ends if it is not used: its idle timeout.
    #[schemars(with = "TimestampSchema")]
    idle_expires_at: Timestamp,
    #[schemars(with = "User")]
    user: Value,
}

/// A token shows the claims of the user that its scopes release, as at userinfo: services are handed tokens.
fn view<'a>(app: &App, signed_in: &'a SignedIn, means: &Means) -> SessionView<'a> {
    let user = match means {
        Means::Token { scope } => {
            let mut released = token::released(&signed_in.user, scope);
            released.insert("sub".to_owned(), json!(signed_in.user.sub));
            Value::Object(released)
        }
        Means::Cookie => json!(signed_in.user),
    };
    let session = &signed_in.session;
    SessionView {
        sub: signed_in.user.sub,
        sid: session.id,
        provider: &session.provider,
        auth_time: session.stated_auth_time(),
        aal: session.aal,
        expires_at: session.not_after,
        idle_expires_at: app.lifetime.idle_expires_at(session),
        user,
    }
}
