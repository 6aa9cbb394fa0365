//! The pages, rendered from checked templates: no script, nothing from elsewhere (WB-01, WB-03).

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::account::Identity;
use crate::app::App;
use crate::authorize::Open;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, SubId};
use crate::logout::{self, Request};
use crate::session::{Listed, SignedIn};
use crate::token::has_scope;
use crate::upstream::Provider;

/// Where the stylesheet is. A new look gets a new name, so that caches may keep it for ever.
pub const STYLE_PATH: &str = "/assets/style-1.css";
const STYLE: &str = include_str!("assets/style.css");
/// Where the icon is.
pub const ICON_PATH: &str = "/assets/icon-1.svg";
const ICON: &str = include_str!("assets/icon.svg");
/// Forms go to ourselves only; nobody frames us.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The same, and nothing said of forms.
const POLICY_LEADING_AWAY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Template)]
#[template(path = "choose.html")]
struct Choose<'a> {
    prefix: &'a str,
    style: &'static str,
    links: Vec<Link<'a>>,
    /// What people sign in to, if it is an app.
    app: Option<&'a str>,
}

struct Link<'a> {
    name: &'a str,
    href: String,
}

#[derive(Template)]
#[template(path = "agree.html")]
struct Agree<'a> {
    prefix: &'a str,
    style: &'static str,
    app: &'a str,
    person: &'a str,
    email: bool,
    offline: bool,
    scopes: String,
    request: String,
    shown_to: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    prefix: &'a str,
    style: &'static str,
    greeting: &'a str,
    email: Option<&'a str>,
    email_verified: bool,
    sub: String,
    provider: &'a str,
    since: String,
    until: String,
    devices: Vec<Device>,
    identities: Vec<Known>,
    /// Providers that the person is not known by.
    others: Vec<Link<'a>>,
}

struct Known {
    id: SubId,
    provider: String,
    /// What tells two of one provider apart.
    who: String,
    seen: String,
}

struct Device {
    id: SessionId,
    name: String,
    current: bool,
    ip: Option<IpAddr>,
    seen: String,
    clients: String,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    prefix: &'a str,
    style: &'static str,
}

#[derive(Template)]
#[template(path = "sign_out.html")]
struct SignOut<'a> {
    prefix: &'a str,
    style: &'static str,
    client: Option<&'a str>,
    who: &'a str,
    request: String,
    shown_to: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    prefix: &'a str,
    style: &'static str,
    refused: &'a Refused<'a>,
}

/// What a refusal says to people.
pub struct Refused<'a> {
    /// The HTTP status.
    pub status: StatusCode,
    /// A few words.
    pub title: &'a str,
    /// A sentence.
    pub sentence: &'a str,
    /// What to tell whoever runs the site.
    pub reference: Option<&'a str>,
    /// Whether somebody was signing in, or signed in.
    pub again: bool,
    /// Whether somebody is signed in, and was on the account page before.
    pub account: bool,
}

/// What a login is for.
#[derive(Clone, Copy)]
pub enum Purpose<'a> {
    /// Nobody said.
    None,
    /// To come back to that address.
    ReturnTo(&'a str),
    /// To answer an app.
    App(&'a Open),
}

/// The ways to sign in, as links.
pub fn choose<'a>(app: &'a App, providers: impl Iterator<Item = &'a Provider>, purpose: Purpose<'_>) -> HttpResponse {
    let link = |provider: &'a Provider| Link { name: provider.name(), href: login_link(app, provider.id(), purpose) };
    let client = match purpose {
        Purpose::App(open) => app.clients.get(&open.request.client_id),
        Purpose::None | Purpose::ReturnTo(_) => None,
    };
    let app_name = client.map(|client| client.name.as_str());
    let links = providers.map(link).collect();
    html(StatusCode::OK, &Choose { prefix: prefix(app), style: STYLE_PATH, links, app: app_name })
}

/// Where a provider's login begins, for a link on our own pages.
pub fn login_link(app: &App, provider: &str, purpose: Purpose<'_>) -> String {
    let base = format!("{}/login/{provider}", prefix(app));
    match purpose {
        Purpose::None => base,
        Purpose::ReturnTo(return_to) => {
            let encoded: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
            format!("{base}?return_to={encoded}")
        }
        Purpose::App(open) => format!("{base}?authorization_request={}", open.id),
    }
}

/// Asks whether to go on to an app.
pub fn agree(app: &App, open: &Open, signed_in: &SignedIn) -> HttpResponse {
    let has = |wanted: &str| has_scope(&open.request.scope, wanted);
    let client = app.clients.get(&open.request.client_id);
    let page = Agree {
        prefix: prefix(app),
        style: STYLE_PATH,
        app: client.map_or(open.request.client_id.as_str(), |client| client.name.as_str()),
        person: name_of(signed_in).unwrap_or("a person without a name"),
        email: has("email"),
        offline: has("offline_access"),
        scopes: open.request.scope.replace(' ', ", "),
        request: open.id.to_string(),
        shown_to: open.shown_to(app, signed_in).unwrap_or_default(),
    };
    html_leading_away(&page)
}

/// What to call somebody.
fn name_of(signed_in: &SignedIn) -> Option<&str> {
    let profile = &signed_in.user.profile;
    [&profile.name, &profile.preferred_username, &profile.email].into_iter().find_map(Option::as_deref)
}

/// Who I am, and where I am signed in.
pub fn account(app: &App, signed_in: &SignedIn, listed: &[Listed], identities: &[Identity]) -> HttpResponse {
    let (profile, session) = (&signed_in.user.profile, &signed_in.session);
    let named = |id: &'_ str| app.providers.get(id).map_or(id.to_owned(), |provider| provider.name().to_owned());
    let provider = named(&session.provider);
    let is_known = |provider: &&Provider| identities.iter().any(|known| known.provider == provider.id());
    let others = app.providers.iter().filter(|provider| !is_known(provider)).map(|provider| Link {
        name: provider.name(),
        href: format!("{}/account/identities/{}/link", prefix(app), provider.id()),
    });
    let known = |known: &Identity| Known {
        id: known.id,
        provider: named(&known.provider),
        who: known.email.clone().unwrap_or_else(|| known.sub.clone()),
        seen: shown(known.last_login_at),
    };
    let page = Account {
        prefix: prefix(app),
        style: STYLE_PATH,
        greeting: name_of(signed_in).unwrap_or("You are signed in"),
        email: profile.email.as_deref(),
        email_verified: profile.email_verified,
        sub: signed_in.user.sub.to_string(),
        provider: &provider,
        since: shown(session.auth_time),
        until: shown(app.lifetime.idle_expires_at(session)),
        devices: listed.iter().map(|listed| device(listed, session.id)).collect(),
        identities: identities.iter().map(known).collect(),
        others: others.collect(),
    };
    // A button that links leads away from here, and signing out may; browsers hold a form's redirects against its page's
    // policy as well.
    let leads_away =
        !page.others.is_empty() || app.providers.get(&session.provider).is_some_and(Provider::logs_out_at_provider);
    if leads_away { html_leading_away(&page) } else { html(StatusCode::OK, &page) }
}

fn device(listed: &Listed, current: SessionId) -> Device {
    let said = &listed.device;
    let name = match (&said.browser, &said.os) {
        (Some(browser), Some(os)) => format!("{browser} on {os}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => "Unknown device".to_owned(),
    };
    Device {
        id: listed.id,
        name,
        current: listed.id == current,
        ip: listed.ip,
        seen: shown(listed.last_activity_at),
        clients: listed.clients.join(", "),
    }
}

fn shown(at: Timestamp) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// Good-bye.
pub fn signed_out(app: &App) -> HttpResponse {
    html(StatusCode::OK, &SignedOut { prefix: prefix(app), style: STYLE_PATH })
}

/// Asks whether to sign out. `None` where the request is too long to be kept on the page.
pub fn sign_out(app: &App, signed_in: &SignedIn, asked: &Request) -> Option<HttpResponse> {
    let client = asked.client_id.as_deref().and_then(|id| app.clients.get(id));
    let sub = signed_in.user.sub.to_string();
    let page = SignOut {
        prefix: prefix(app),
        style: STYLE_PATH,
        client: client.map(|client| client.name.as_str()),
        who: name_of(signed_in).unwrap_or(&sub),
        request: asked.seal(&app.config.ring)?,
        shown_to: logout::shown_to(app, signed_in)?,
    };
    Some(html_leading_away(&page))
}

/// A refusal, in a sentence for people, with a way on.
pub fn problem(request: &HttpRequest, refused: &Refused<'_>) -> HttpResponse {
    let prefix = request.app_data::<Data<App>>().map(|app| prefix(app)).unwrap_or_default();
    html(refused.status, &ProblemPage { prefix, style: STYLE_PATH, refused })
}

/// The stylesheet.
pub async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", STYLE)
}

/// The icon.
pub async fn icon() -> HttpResponse {
    asset("image/svg+xml", ICON)
}

/// The icon where browsers look for it beside answers that are no pages of ours. It has that name for good.
pub async fn favicon() -> HttpResponse {
    let for_a_day = (header::CACHE_CONTROL, "public, max-age=86400");
    HttpResponse::Ok().content_type("image/svg+xml").insert_header(for_a_day).body(ICON)
}

fn asset(media_type: &'static str, body: &'static str) -> HttpResponse {
    let for_ever = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    HttpResponse::Ok().content_type(media_type).insert_header(for_ever).body(body)
}

/// 303: the browser goes on by GET, whatever brought it here.
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

/// A page with a form whose answer leads to other sites. Browsers hold `form-action` against every redirect that follows
/// the form too: to the provider, or from the app's address to wherever the app leads. Nobody can name those, and people
/// would be stranded; so nothing is said of forms. Nothing on such a page is a stranger's markup that could bring a form.
fn html_leading_away(page: &impl Template) -> HttpResponse {
    let mut answer = html(StatusCode::OK, page);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_LEADING_AWAY));
    answer
}

fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    let Ok(body) = page.render() else {
        tracing::error!("a page cannot be rendered");
        return HttpResponse::InternalServerError().finish();
    };
    let mut answer = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
    answer
}

fn prefix(app: &App) -> &str {
    app.config.server.public_url.prefix()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policies_differ_in_what_they_say_of_forms_only() {
        assert_eq!(POLICY.replace("form-action 'self'; ", ""), POLICY_LEADING_AWAY);
        assert_ne!(POLICY, POLICY_LEADING_AWAY);
    }
}
