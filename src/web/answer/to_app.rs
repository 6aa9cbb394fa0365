//! Takes the authorization response to the app: by a redirect, or by a form that the browser posts (OAuth 2.0 Form Post
//! Response Mode).

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use askama::Template;

use super::assets::STYLE_PATH;
use super::page::{html, prefix};
use crate::app::App;
use crate::grant::{AnswerMode, AppAnswer};

/// The only script of the pages: it submits the form. Without it the person presses the button.
const SUBMIT: &str = "document.forms[0].submit()";
/// The policy of the page: this script and no other. Without `form-action`, since browsers apply that to the redirects of the
/// app that follow the form.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                      script-src 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='; frame-ancestors 'none'; \
                      base-uri 'none'";

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    prefix: &'a str,
    style: &'static str,
    app: &'a str,
    redirect_uri: &'a str,
    parameters: Vec<(&'static str, &'a str)>,
    submit: &'static str,
}

/// The answer that takes the response to the app, after a request by that method.
pub fn to_app(app: &App, method: &Method, answer: &AppAnswer) -> HttpResponse {
    match answer.mode {
        AnswerMode::Query => {
            // 303 after a form: the browser continues with `GET`, without the form (RFC 9700 §4.12).
            let status = if method == Method::POST { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
            let location = answer.location();
            HttpResponse::build(status).insert_header((header::LOCATION, location.expose())).finish()
        }
        AnswerMode::FormPost => form(app, answer),
    }
}

fn form(app: &App, answer: &AppAnswer) -> HttpResponse {
    let page = FormPost {
        prefix: prefix(app),
        style: STYLE_PATH,
        app: app.clients.name(&answer.client_id),
        redirect_uri: &answer.redirect_uri,
        parameters: answer.parameters.iter().map(|(name, value)| (*name, value.expose())).collect(),
        submit: SUBMIT,
    };
    let mut answer = html(StatusCode::OK, &page);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer
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
        assert!(POLICY.contains(&format!("script-src 'sha256-{hash}';")), "{hash}");
    }
}
