//! `GET, POST /userinfo` (OpenID Connect Core §5.3): the claims that a token's scopes are good for.

use actix_web::http::Method;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::authorization::Authorization;
use super::cors;
use super::extract;
use super::problem::Problem;
use crate::app::App;
use crate::base::secret::Plain;
use crate::gate;
use crate::token;

/// Who the token is about.
pub async fn show(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let answer = match claims(&app, &request, payload).await {
        Ok(claims) => HttpResponse::Ok().json(claims),
        Err(problem) => problem.for_program(&request),
    };
    cors::allow(&app, &request, answer)
}

async fn claims(app: &App, request: &HttpRequest, payload: Payload) -> Result<Value, Problem> {
    let token = access_token(app, request, payload).await?;
    let (now, issuer) = (app.clock.now(), app.config.server.public_url.issuer());
    // Of any audience: that it is good for `openid` says that it is meant for here (OpenID Connect Core §5.3).
    let verified = token::verify_for_any(&app.keys, issuer, token.expose(), now);
    let claims = verified.map_err(|_| Problem::bearer_invalid())?;
    gate::check(app, &claims)?;
    let openid = token::has_scope(&claims.scope, "openid");
    let session = claims.sid.filter(|_| openid).ok_or_else(Problem::insufficient_scope)?;
    let signed_in = gate::live(app, session, now).await?;
    let mut released = token::released(&signed_in.user, &claims.scope);
    released.insert("sub".to_owned(), json!(signed_in.user.sub));
    Ok(Value::Object(released))
}

/// The token, from the one place where it is: the header, or the form of a `POST` (RFC 6750 §2). Never the query.
async fn access_token(app: &App, request: &HttpRequest, payload: Payload) -> Result<Plain, Problem> {
    let mut posted = None;
    if request.method() == Method::POST && extract::media_type(request) == extract::FORM {
        let form = extract::form(request, payload, app.config.limits.body_bytes).await?;
        posted = form.get("access_token").map(Plain::new);
    }
    match (Authorization::of(request), posted) {
        (Authorization::Bearer(token), None) | (Authorization::Missing, Some(token)) => Ok(token),
        (Authorization::Missing, None) => Err(Problem::no_session()),
        (_, Some(_)) => Err(Problem::bearer_doubled()),
        (Authorization::Basic(..) | Authorization::Unusable, None) => Err(Problem::bearer_invalid()),
    }
}
