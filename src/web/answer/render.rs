//! Renders refusals: as an HTML page, as `application/problem+json` (RFC 9457), or as an OAuth error (RFC 6749 §5.2).

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::problem::Problem;
use super::problem_body::ProblemBody;
use super::refusals::{NEEDS_OPERATOR, Refusal, RefusalText};
use super::token_response::ErrorResponse;
use super::ways::{Circumstances, Wanted};
use super::{kept_reference, negotiate, problem_page, viewer};
use crate::app::App;
use crate::base::id::Reference;

/// The path of the consent form, whose address shows the page again.
const CONSENT_FORM: &str = "/oauth2/authorize/agree";

impl Problem {
    /// Renders an HTML page, or `application/problem+json` if `Accept` names JSON only.
    pub fn for_browser(&self, request: &HttpRequest) -> HttpResponse {
        if negotiate::wants_json_only(request) {
            return self.for_program(request);
        }
        let (nothing, kept) = (Wanted::default(), kept_reference::of(request));
        let mut texts = self.page_texts(request, &nothing);
        texts.reference = texts.reference.or(kept.as_ref().map(Reference::as_str));
        self.finish(problem_page::problem(request, texts))
    }

    /// Renders an HTML page that a proxy shows under the origin of another site.
    pub fn for_site(&self, app: &App, request: &HttpRequest) -> HttpResponse {
        let nothing = Wanted::default();
        self.finish(problem_page::problem_at_site(app, request, self.page_texts(request, &nothing)))
    }

    fn page_texts<'a>(&'a self, request: &HttpRequest, nothing: &'a Wanted) -> problem_page::ProblemTexts<'a> {
        let _logged = self.reference_for(request);
        let message = self.refusal().message();
        let seconds = self.retry_after().filter(|_| self.is(Refusal::RateLimited));
        problem_page::ProblemTexts {
            status: self.status(),
            code: self.text().code,
            title: format!("{message}.title"),
            sentence: match seconds {
                _ if self.needs_operator() => "problem-needs-operator".to_owned(),
                Some(_) => "problem-rate-limited".to_owned(),
                None => message,
            },
            seconds,
            cookie: self.cookie().filter(|_| !self.needs_operator()).map(|cookie| (cookie, self.cookie_message())),
            // That of a login, or of a refusal that was kept: `vestibule logins show` finds each reference that a page shows.
            reference: self.reference().map(Reference::as_str),
            wanted: self.wanted().unwrap_or(nothing),
            disabled: self.is(Refusal::UserDisabled),
            page: self.circumstances(request),
        }
    }

    /// Renders for a path with no known surface: an HTML page only if `Accept` names `text/html`.
    pub fn for_anyone(&self, request: &HttpRequest) -> HttpResponse {
        if negotiate::wants_page(request) { self.for_browser(request) } else { self.for_program(request) }
    }

    /// Renders for the admin listener, which has no pages: plain text if `Accept` names `text/html`, else
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
        let reference = self.reference_for(request);
        let (confirm_url, login_url) = (self.confirm_url(), self.login_url());
        let RefusalText { status, code, title, hint, .. } = *self.text();
        let sentence = self.sentence();
        let parts = [&*sentence, hint, self.detail().unwrap_or_default()];
        let detail = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let (r#type, reference) = ("about:blank", reference.as_str());
        let body = ProblemBody { r#type, title, status, detail, code, reference, confirm_url, login_url };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let answer = HttpResponse::build(self.status()).content_type("application/problem+json").body(body);
        self.finish(answer)
    }

    /// Renders the error JSON of RFC 6749 §5.2.
    pub fn for_oauth(&self, request: &HttpRequest) -> HttpResponse {
        let _logged = self.reference_for(request);
        // The app sees this error; the log line has the same.
        tracing::Span::current().record("code", self.text().oauth_error);
        let description = self.explanation().map_or(self.text().title, |explained| explained.description);
        let body = ErrorResponse { error: self.text().oauth_error, error_description: description };
        let mut answer = HttpResponse::build(self.status()).json(body);
        answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        self.finish(answer)
    }

    fn circumstances(&self, request: &HttpRequest) -> Circumstances {
        // The user who changes the identities is signed in.
        let changes_account = self.is(Refusal::LastIdentity) || self.is(Refusal::AlreadyLinked);
        // Who asks is not known: the request was not read.
        let is_unread = self.is(Refusal::UriTooLong) || self.is(Refusal::HeadersTooLarge);
        Circumstances {
            signed_in: changes_account || is_unread || viewer::is_signed_in(request).unwrap_or(false),
            temporary: !self.needs_operator()
                && (self.retry_after().is_some() || matches!(self.text().status, 502 | 504)),
            repeatable: request.method() == Method::GET || request.path().ends_with(CONSENT_FORM),
            needs_operator: self.needs_operator(),
            other_account: [
                Refusal::NotAllowed,
                Refusal::UserDisabled,
                Refusal::AppNotAllowed,
                Refusal::SiteNotAllowed,
            ]
            .iter()
            .any(|refusal| self.is(*refusal)),
            of_login: self.is_of_login(),
        }
    }

    /// The message about the cookie that the browser does not keep.
    fn cookie_message(&self) -> &'static str {
        if self.is(Refusal::WrongBrowser) { "problem-wrong-browser-cookie" } else { "problem-cookie" }
    }

    fn sentence(&self) -> Cow<'static, str> {
        let sentence = self.text().sentence;
        match (self.cookie(), self.retry_after()) {
            _ if self.needs_operator() => NEEDS_OPERATOR.into(),
            (Some(cookie), _) if self.is(Refusal::WrongBrowser) => format!(
                "{sentence} If it is the same browser, it does not keep the cookie {cookie}: allow cookies for this site."
            )
            .into(),
            (Some(cookie), _) => format!(
                "{sentence} The browser did not send the cookie {cookie}, which this site had set. Allow cookies for this \
                 site, and then try again."
            )
            .into(),
            (None, Some(seconds)) if self.is(Refusal::RateLimited) => {
                let unit = if seconds == 1 { "second" } else { "seconds" };
                format!("There were too many attempts from your network. Please try again in {seconds} {unit}.").into()
            }
            _ => sentence.into(),
        }
    }

    /// The reference of the login, or the request id. Also records the code and the reference in the log line.
    fn reference_for(&self, request: &HttpRequest) -> String {
        tracing::Span::current().record("code", self.text().code);
        match self.reference().cloned().or_else(|| kept_reference::of(request)) {
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
        // nginx hands the headers of a 401 on, and not its body.
        if let Some(url) = self.login_url().and_then(|url| HeaderValue::from_str(url).ok()) {
            headers.insert(header::LOCATION, url);
        }
        if let Some(challenge) = self.challenge().and_then(|challenge| HeaderValue::from_str(&challenge.text()).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
