//! `POST /authorize/decision`: the selected person, or the selected failure.

use actix_web::{HttpResponse, web};

use super::authorize::{AuthorizationRequest, back_to_client, refused};
use super::pages;
use super::params::Params;
use super::people::{self, Person};
use super::refusal::AuthorizeRefusal;
use super::state::{Failure, Grant, State};
use crate::base::secret::Plain;

/// Handles the form of the page, or of a program: the authorization request's fields with `person`, `email` and `failure`.
pub(super) async fn decide(state: web::Data<State>, body: web::Bytes) -> HttpResponse {
    let params = match Params::read(&body) {
        Ok(params) => params,
        Err(twice) => return pages::refused(&format!("the field {:?} came twice", twice.0)),
    };
    match decided(&state, &params) {
        Ok(answer) => answer,
        Err(refusal) => refused(&state, refusal),
    }
}

fn decided(state: &State, params: &Params) -> Result<HttpResponse, AuthorizeRefusal> {
    let request = AuthorizationRequest::read(state, params, false)?;
    let failure = match params.get("failure") {
        None => None,
        Some("slow") => Some(Failure::Slow),
        Some("broken_signature") => Some(Failure::BrokenSignature),
        Some("deny") => {
            let answer = [("error", "access_denied"), ("error_description", "the user denied the request")];
            return Ok(back_to_client(state, &request.redirect_uri, request.state.as_deref(), &answer));
        }
        Some(other) => return Err(AuthorizeRefusal::Here(format!("there is no failure {other:?}"))),
    };
    let person = person(params).map_err(AuthorizeRefusal::Here)?;
    let code = state.codes.insert(Grant {
        person,
        redirect_uri: request.redirect_uri.clone(),
        scope: request.scope,
        nonce: request.nonce,
        challenge: request.challenge,
        failure,
        sid: Plain::random().expose().to_owned(),
        auth_time: state.clock.now(),
        redeemed: false,
    });
    Ok(back_to_client(state, &request.redirect_uri, request.state.as_deref(), &[("code", code.expose())]))
}

fn person(params: &Params) -> Result<Person, String> {
    match params.get("person") {
        Some("new") => {
            let email = params.get("email").unwrap_or_default();
            people::new_person(email).ok_or_else(|| format!("{email:?} is not an e-mail address"))
        }
        Some(sub) => people::find(sub).ok_or_else(|| format!("there is no person {sub:?}")),
        None => Err("no person was selected".to_owned()),
    }
}
