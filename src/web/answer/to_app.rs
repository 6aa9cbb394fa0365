//! Takes the authorization response to the app: by a redirect, or by a form that the browser posts (OAuth 2.0 Form Post
//! Response Mode).

use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use super::page::Viewing;
use crate::app::App;
use crate::grant::{AnswerMode, AppAnswer};
use crate::pages::{FormPost, Parameter};

/// The only script of the pages: it submits the form. Without it the person presses the button.
const SUBMIT: &str = "document.forms[0].submit()";
/// The hash of the script for the policy of the page, which allows no other one. The policy has no `form-action`, since browsers
/// apply that to the redirects of the app that follow the form.
const SUBMIT_HASH: &str = "sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE=";

/// The answer that takes the response to the app, after that request.
pub fn to_app(app: &App, request: &HttpRequest, answer: &AppAnswer) -> HttpResponse {
    match answer.mode {
        AnswerMode::Query => {
            // 303 after a form: the browser continues with `GET`, without the form (RFC 9700 §4.12).
            let status = if request.method() == Method::POST { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
            let location = answer.location();
            HttpResponse::build(status).insert_header((header::LOCATION, location.expose())).finish()
        }
        AnswerMode::FormPost => form(Viewing::new(app, request), answer),
    }
}

fn form(viewing: Viewing<'_>, answer: &AppAnswer) -> HttpResponse {
    let page = FormPost {
        app: viewing.app.clients.name(&answer.client_id),
        redirect_uri: &answer.redirect_uri,
        parameters: answer.parameters.iter().map(|(name, value)| Parameter { name, value: value.expose() }).collect(),
        submit: SUBMIT,
    };
    viewing.for_client(Some(&answer.client_id)).html_with_script(StatusCode::OK, &page, SUBMIT_HASH)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::base::secret::Hashed;

    /// A browser runs the script only if the policy has its hash (Content Security Policy Level 3 §6.7.3.3).
    #[test]
    fn the_policy_has_the_hash_of_the_script() {
        let hash = STANDARD.encode(Hashed::of(SUBMIT).as_bytes());
        assert_eq!(SUBMIT_HASH, format!("sha256-{hash}"));
    }
}
