//! `GET, POST /userinfo` (OpenID Connect Core §5.3).

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::token;
use crate::web::request::caller::{Caller, Means};

/// The claims of the user that the scopes of the access token release, with `sub`.
pub async fn show(caller: Caller) -> HttpResponse {
    let Caller { signed_in, means } = caller;
    let scope = match means {
        Means::Token { scope } => scope,
        // Unreachable: the row accepts access tokens only.
        Means::Cookie => String::new(),
    };
    let mut released = token::released(&signed_in.user, &scope);
    released.insert("sub".to_owned(), json!(signed_in.user.sub));
    HttpResponse::Ok().json(Value::Object(released))
}
