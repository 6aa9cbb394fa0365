//! Renders refusals: as an HTML page, as `application/problem+json` (RFC 9457), or as an OAuth error (RFC 6749 §5.2).

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::negotiate;
use super::problem::Problem;
use super::problem_page::{self, Outlook};
use super::refusals::{NEEDS_OPERATOR, Refusal, RefusalText};
use super::token_response::ErrorResponse;
use crate::base::id::Reference;

impl Problem {
    /// Renders an HTML page, or `application/problem+json` where `Accept` names JSON only.
    pub fn for_browser(&self, request: &HttpRequest) -> HttpResponse {
        if negotiate::wants_json_only(request) {
            return self.for_program(request);
        }
        let _logged = self.reference_for(request);
        let page = problem_page::ProblemTexts {
            status: self.status(),
            title: self.text().title,
            sentence: self.sentence(),
            // That of a login only: `vestibule logins show` finds each reference that a page shows.
            reference: self.reference().map(Reference::as_str),
            again: self.is_of_login(),
            goal: self.goal(),
            outlook: self.outlook(),
            other_account: self.goal().filter(|_| self.is(Refusal::NotAllowed)),
            account: self.is(Refusal::LastIdentity) || self.is(Refusal::AlreadyLinked),
        };
        self.finish(problem_page::problem(request, &page))
    }

    /// Renders for a path with no known surface: an HTML page only where `Accept` names `text/html`.
    pub fn for_anyone(&self, request: &HttpRequest) -> HttpResponse {
        if negotiate::wants_page(request) { self.for_browser(request) } else { self.for_program(request) }
    }

    /// Renders for the admin listener, which has no pages: plain text where `Accept` names `text/html`, else
    /// `application/problem+json`.
    pub fn without_pages(&self, request: &HttpRequest) -> HttpResponse {
        if !negotiate::wants_page(request) {
            return self.for_program(request);
        }
        let RefusalText { status, title, sentence, hint, .. } = self.text();
        let text = format!("{status} {title}\n{sentence} {hint}\n");
        self.finish(HttpResponse::build(self.status()).content_type("text/plain; charset=utf-8").body(text))
    }

    /// Renders `application/problem+json` (RFC 9457).
    pub fn for_program(&self, request: &HttpRequest) -> HttpResponse {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'static str,
            title: &'static str,
            status: u16,
            detail: String,
            code: &'static str,
            #[serde(skip_serializing_if = "str::is_empty")]
            reference: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            confirm_url: Option<&'a str>,
        }
        let reference = self.reference_for(request);
        let confirm_url = self.confirm_url();
        let RefusalText { status, code, title, hint, .. } = *self.text();
        let sentence = self.sentence();
        let detail = if hint.is_empty() { sentence.to_owned() } else { format!("{sentence} {hint}") };
        let body = Body { r#type: "about:blank", title, status, detail, code, reference: &reference, confirm_url };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let answer = HttpResponse::build(self.status()).content_type("application/problem+json").body(body);
        self.finish(answer)
    }

    /// Renders the error JSON of RFC 6749 §5.2.
    pub fn for_oauth(&self, request: &HttpRequest) -> HttpResponse {
        let _logged = self.reference_for(request);
        let body = ErrorResponse { error: self.text().oauth_error, error_description: self.text().title };
        let mut answer = HttpResponse::build(self.status()).json(body);
        answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        self.finish(answer)
    }

    fn outlook(&self) -> Outlook {
        if self.needs_operator() {
            Outlook::NeedsOperator
        } else if self.retry_after().is_some() || matches!(self.text().status, 502 | 504) {
            Outlook::Temporary
        } else {
            Outlook::Other
        }
    }

    fn sentence(&self) -> &'static str {
        if self.needs_operator() { NEEDS_OPERATOR } else { self.text().sentence }
    }

    /// The reference of the login, or the request id. Also records the code and the reference in the log line.
    fn reference_for(&self, request: &HttpRequest) -> String {
        tracing::Span::current().record("code", self.text().code);
        match self.reference() {
            Some(reference) => {
                tracing::Span::current().record("reference", reference.as_str());
                reference.to_string()
            }
            None => negotiate::request_id(request),
        }
    }

    fn finish(&self, mut answer: HttpResponse) -> HttpResponse {
        let headers = answer.headers_mut();
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        if let Some(challenge) = self.challenge().and_then(|challenge| HeaderValue::from_str(&challenge.text()).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
