//! `GET, POST /userinfo` (OpenID Connect Core §5.3): the claims that a token's scopes are good for.

use actix_web::http::Method;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::authorization::Authorization;
use super::cors;
use super::extract;
use super::problem::Problem;
use crate::account::User;
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
    let verified = token::verify(&app.keys.keys(), issuer, token.expose(), now);
    let claims = verified.map_err(|_| Problem::bearer_invalid())?;
    // First: a revoked token is good for nothing, and no other scope would help it.
    gate::check(app, &claims)?;
    let scopes: Vec<&str> = claims.scope.split(' ').collect();
    if !scopes.contains(&"openid") {
        return Err(Problem::insufficient_scope());
    }
    let signed_in = gate::live(app, claims.sid, now).await?;
    Ok(released(&signed_in.user, &scopes))
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

/// What each scope is good for (OpenID Connect Core §5.4). What is not known is left out.
fn released(user: &User, scopes: &[&str]) -> Value {
    let profile = &user.profile;
    let mut claims = Map::from_iter([("sub".to_owned(), json!(user.sub))]);
    let mut release = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            claims.insert(name.to_owned(), json!(value));
        }
    };
    if scopes.contains(&"profile") {
        release("name", &profile.name);
        release("preferred_username", &profile.preferred_username);
        release("picture", &profile.picture);
    }
    if scopes.contains(&"email") && profile.email.is_some() {
        release("email", &profile.email);
        claims.insert("email_verified".to_owned(), json!(profile.email_verified));
    }
    Value::Object(claims)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::account::Profile;
    use crate::base::id::UserId;

    fn user() -> User {
        let text = |text: &str| Some(text.to_owned());
        let profile = Profile {
            email: text("ada@example.com"),
            email_verified: true,
            name: text("Ada"),
            preferred_username: text("ada"),
            picture: None,
            groups: vec!["staff".into()],
        };
        User { sub: UserId(Uuid::from_u128(1)), profile }
    }

    /// IR-20
    #[test]
    fn each_scope_releases_its_own_claims_and_nothing_else() {
        let sub = "00000000-0000-0000-0000-000000000001";
        assert_eq!(released(&user(), &["openid"]), json!({ "sub": sub }));
        let email = json!({ "sub": sub, "email": "ada@example.com", "email_verified": true });
        assert_eq!(released(&user(), &["openid", "email"]), email);
        let profile = json!({ "sub": sub, "name": "Ada", "preferred_username": "ada" });
        assert_eq!(released(&user(), &["profile", "openid", "groups"]), profile);
        let nobody = User { profile: Profile::default(), ..user() };
        assert_eq!(released(&nobody, &["openid", "email", "profile"]), json!({ "sub": sub }));
    }
}
