//! `GET, POST /userinfo` (OpenID Connect Core §5.3).

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::{Value, json};

use crate::app::App;
use crate::token;
use crate::web::request::caller::{Caller, Means};

/// The claims of the user that the scopes of the access token release, and the further claims of its client, with `sub`.
pub async fn show(app: Data<App>, caller: Caller) -> HttpResponse {
    let Caller { signed_in, means } = caller;
    let scope = match means {
        Means::Token { scope } => scope,
        // Unreachable: the row accepts access tokens only.
        Means::Cookie => String::new(),
    };
    let client = app.clients.get(&signed_in.session.client_id);
    let mut released = token::released_at_userinfo(&signed_in, client.as_deref(), &scope);
    released.insert("sub".to_owned(), json!(signed_in.user.sub));
    HttpResponse::Ok().json(Value::Object(released))
}
