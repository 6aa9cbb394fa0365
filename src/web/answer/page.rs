//! The parts that all pages have: the language, the headers of an HTML page, its URLs, and the form of names and times.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::assets::{ICON_PATH, STYLE_PATH};
use super::language;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::pages::{Done, Frame, Page, Time};
use crate::session::SignedIn;

/// The directives for what the forms and the scripts of a page may do, in its `Content-Security-Policy`.
/// Forms post to the same origin only.
const FORMS_HERE: &str = "form-action 'self'; ";
/// Without `form-action`, for pages whose forms redirect to other sites.
const FORMS_ANYWHERE: &str = "";

/// A 303 redirect: the browser continues with GET after any method (RFC 9110 §15.4.4).
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

/// The request that a page answers. It decides the language of the page.
#[derive(Clone, Copy)]
pub struct Viewing<'a> {
    /// The gateway.
    pub app: &'a App,
    /// The request.
    pub request: &'a HttpRequest,
    /// The languages that the app of a stored authorization request asked for (`ui_locales`).
    ui_locales: Option<&'a str>,
    /// The client that led to the page, whose brand it has.
    client: Option<&'a str>,
}

impl<'a> Viewing<'a> {
    /// The request by itself.
    pub fn new(app: &'a App, request: &'a HttpRequest) -> Self {
        Self { app, request, ui_locales: None, client: None }
    }

    /// The request, with the `ui_locales` of an app.
    pub fn with_ui_locales(self, ui_locales: Option<&'a str>) -> Self {
        Self { ui_locales, ..self }
    }

    /// The request, with the client that led to the page.
    pub fn for_client(self, client: Option<&'a str>) -> Self {
        Self { client, ..self }
    }

    /// A page with a form whose answer redirects to other sites. Browsers apply `form-action` to every redirect that
    /// follows a form post: to the provider, to the app, and on to the targets of the app. These are unknown here, so the
    /// directive is omitted. Safe, because the page renders no untrusted markup.
    pub(super) fn html_leading_away(self, status: StatusCode, page: &impl Page) -> HttpResponse {
        self.render(prefix(self.app), "'self'", FORMS_ANYWHERE, status, page)
    }

    /// A page without forms that a proxy shows under the origin of another site. Its links and its style are those of the gateway.
    pub(super) fn html_at_site(self, status: StatusCode, page: &impl Page) -> HttpResponse {
        let public_url = &self.app.config.server.public_url;
        self.render(public_url.issuer(), public_url.origin(), "form-action 'none'; ", status, page)
    }

    /// A page whose forms post to this origin only.
    pub(super) fn html(self, status: StatusCode, page: &impl Page) -> HttpResponse {
        self.render(prefix(self.app), "'self'", FORMS_HERE, status, page)
    }

    /// A page whose form a script of ours submits. `script`: the source of the script for the policy, by its hash.
    pub(super) fn html_with_script(self, status: StatusCode, page: &impl Page, script: &str) -> HttpResponse {
        self.render(prefix(self.app), "'self'", &format!("script-src '{script}'; "), status, page)
    }

    /// `own`: the source of the gateway's files for the policy. `further`: directives, each with `; ` at its end.
    fn render(self, prefix: &str, own: &str, further: &str, status: StatusCode, page: &impl Page) -> HttpResponse {
        let language = language::of(self.app, self.request, self.ui_locales);
        let (lang, dir) = (language.tag.as_str(), language.direction());
        let brand = self.app.pages.brand(self.client, prefix, ICON_PATH);
        // A refused request may have values that are not to be in the page, such as a token or the address of another site.
        let return_to = language::repeatable(self.app, self.request).filter(|_| status.is_success());
        let menu = return_to.and_then(|return_to| self.app.pages.menu(lang, return_to));
        let frame = Frame { lang, dir, prefix, style: STYLE_PATH, menu, brand };
        let body = match self.app.pages.render(&frame, page) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a page cannot be rendered");
                return HttpResponse::InternalServerError().finish();
            }
        };
        let mut answer = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body);
        let headers = answer.headers_mut();
        let policy = policy(own, self.app.pages.image_sources(self.client), further);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let opener = HeaderName::from_static("cross-origin-opener-policy");
        headers.insert(opener, HeaderValue::from_static("same-origin"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
        if let Ok(tag) = HeaderValue::from_str(lang) {
            headers.insert(header::CONTENT_LANGUAGE, tag);
        }
        answer
    }
}

/// The content security policy: the page loads styles and pictures of the gateway, and pictures of the brand. No site may frame it.
fn policy(own: &str, images: &str, further: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; style-src {own}; img-src {own}{images}; {further}frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

/// The path of the account page, with the prefix of `server.public_url`.
pub fn account_path(app: &App) -> String {
    format!("{}/account", app.config.server.public_url.prefix())
}

/// The path of the account page that says what was done.
pub fn account_after(app: &App, done: Done) -> String {
    format!("{}?done={}", account_path(app), done.word())
}

pub(super) fn prefix(app: &App) -> &str {
    app.config.server.public_url.prefix()
}

/// The user's name, else `preferred_username`, else the e-mail address.
pub(super) fn name_of(signed_in: &SignedIn) -> Option<&str> {
    let profile = &signed_in.user.profile;
    [&profile.name, &profile.preferred_username, &profile.email].into_iter().find_map(Option::as_deref)
}

/// A time for a page.
pub(super) fn shown(at: Timestamp) -> Time {
    Time(at.timestamp())
}

/// The target after a login: `return_to`, else `login.default_return_to`.
pub fn landing(app: &App, return_to: Option<String>) -> String {
    return_to.unwrap_or_else(|| {
        let default = &app.config.login.default_return_to;
        let prefix = if default.starts_with('/') { app.config.server.public_url.prefix() } else { "" };
        format!("{prefix}{default}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_the_brand_come_from_other_origins() {
        let usual = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; \
                     base-uri 'none'";
        assert_eq!(policy("'self'", "", FORMS_HERE), usual);
        assert_eq!(policy("'self'", "", FORMS_ANYWHERE), usual.replace("form-action 'self'; ", ""));
        let branded = usual.replace("img-src 'self'", "img-src 'self' https://cdn.example");
        assert_eq!(policy("'self'", " https://cdn.example", FORMS_HERE), branded);
    }
}
