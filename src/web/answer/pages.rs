//! The HTML pages, rendered from templates that are checked at compile time. They have no script and load nothing from
//! other origins (WB-01, WB-03).

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::account::Identity;
use crate::app::App;
use crate::authorize::OpenRequest;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, SubId};
use crate::login::Goal;
use crate::logout::{self, Request};
use crate::session::{Listed, ShownTo, SignedIn};
use crate::token::has_scope;
use crate::upstream::Provider;

/// The path of the stylesheet. A changed stylesheet gets a new name, because caches keep it for a year.
pub const STYLE_PATH: &str = "/assets/style-1.css";
const STYLE: &str = include_str!("../assets/style.css");
/// The path of the icon. A changed icon gets a new name.
pub const ICON_PATH: &str = "/assets/icon-1.svg";
const ICON: &str = include_str!("../assets/icon.svg");
/// What the value in the forms of the account page is sealed for.
pub const ACCOUNT_QUESTION: &str = "account";
/// The default `Content-Security-Policy`: forms post to the same origin only, and no site may frame the page.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The same policy without `form-action`, for pages whose forms redirect to other sites.
const POLICY_LEADING_AWAY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Template)]
#[template(path = "choose.html")]
struct Choose<'a> {
    prefix: &'a str,
    style: &'static str,
    links: Vec<Link<'a>>,
    /// The name of the app that requested the login, if any.
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
    identities: Vec<LinkedIdentity>,
    /// Providers without an identity of the user, with the link that adds one.
    others: Vec<Link<'a>>,
    /// The session that the page is shown to; its forms count for that session alone.
    shown_to: String,
}

struct LinkedIdentity {
    id: SubId,
    provider: String,
    /// The e-mail address or the provider's `sub`; distinguishes two identities at one provider.
    who: String,
    seen: String,
    /// When it is removed, if a session requested that.
    unlink_at: Option<String>,
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
    refused: &'a ProblemTexts<'a>,
    /// The address that tries again: the login with its target, or the same request.
    retry: Option<String>,
    /// The address of the login with another account.
    other_account: Option<String>,
    /// The address of the other ways to sign in, where this one does not work.
    choose: Option<String>,
}

/// Whether a further attempt can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// The same request may succeed later.
    Temporary,
    /// Only an operator can change it; nothing on the page tries again.
    NeedsOperator,
    /// Another request may succeed.
    Other,
}

impl Outlook {
    /// Whether the same request may succeed later.
    pub fn is_temporary(self) -> bool {
        self == Self::Temporary
    }

    /// Whether only an operator can change it.
    pub fn needs_operator(self) -> bool {
        self == Self::NeedsOperator
    }
}

/// The content of the page for a refusal.
pub struct ProblemTexts<'a> {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The title, a few words.
    pub title: &'a str,
    /// One sentence for the user.
    pub sentence: &'a str,
    /// The reference for the operator of the site, as in the log.
    pub reference: Option<&'a str>,
    /// What the failed login was for; the button then begins it again.
    pub goal: Option<&'a Goal>,
    /// Whether a further attempt can help.
    pub outlook: Outlook,
    /// What the failed login was for, where another account at the same provider may succeed.
    pub other_account: Option<&'a Goal>,
    /// Whether the refusal ended a login or a session; the link then reads "Sign in again".
    pub again: bool,
    /// Whether the user is signed in and changed the account; the link then leads to the account page.
    pub account: bool,
}

/// The target after a login, as the links on the login page carry it.
#[derive(Clone, Copy)]
pub enum Purpose<'a> {
    /// The default target, `login.default_return_to`.
    None,
    /// The validated parameter `return_to`.
    ReturnTo(&'a str),
    /// The authorization request of an app.
    App(&'a OpenRequest),
}

/// The login page: one link for each provider.
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

/// The path that begins a login at a provider, with the parameter for its purpose.
pub fn login_link(app: &App, provider: &str, purpose: Purpose<'_>) -> String {
    match purpose {
        Purpose::None => login_path(prefix(app), provider, None),
        Purpose::ReturnTo(return_to) => login_path(prefix(app), provider, Some(return_to)),
        Purpose::App(open) => format!("{}/login/{provider}?authorization_request={}", prefix(app), open.id),
    }
}

fn login_path(prefix: &str, provider: &str, return_to: Option<&str>) -> String {
    let base = format!("{prefix}/login/{provider}");
    let Some(return_to) = return_to else { return base };
    let encoded: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    format!("{base}?return_to={encoded}")
}

/// The consent page for an app's authorization request.
pub fn agree(app: &App, open: &OpenRequest, signed_in: &SignedIn) -> HttpResponse {
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
    html_leading_away(StatusCode::OK, &page)
}

/// The user's name, else `preferred_username`, else the e-mail address.
pub(super) fn name_of(signed_in: &SignedIn) -> Option<&str> {
    let profile = &signed_in.user.profile;
    [&profile.name, &profile.preferred_username, &profile.email].into_iter().find_map(Option::as_deref)
}

/// The account page: profile, sessions and identities.
pub fn account(app: &App, signed_in: &SignedIn, listed: &[Listed], identities: &[Identity]) -> HttpResponse {
    let (profile, session) = (&signed_in.user.profile, &signed_in.session);
    let named = |id: &'_ str| app.providers.get(id).map_or(id.to_owned(), |provider| provider.name().to_owned());
    let provider = named(&session.provider);
    let is_known = |provider: &&Provider| identities.iter().any(|known| known.provider == provider.id());
    let others = app.providers.iter().filter(|provider| !is_known(provider)).map(|provider| Link {
        name: provider.name(),
        href: format!("{}/account/identities/{}/link", prefix(app), provider.id()),
    });
    let known = |known: &Identity| LinkedIdentity {
        id: known.id,
        provider: named(&known.provider),
        who: known.email.clone().unwrap_or_else(|| known.sub.clone()),
        seen: shown(known.last_login_at),
        unlink_at: known.unlink_at.map(shown),
    };
    let page = Account {
        prefix: prefix(app),
        style: STYLE_PATH,
        greeting: name_of(signed_in).unwrap_or("You are signed in"),
        email: profile.email.as_deref(),
        email_verified: profile.has_verified_email(),
        sub: signed_in.user.sub.to_string(),
        provider: &provider,
        since: shown(session.auth_time),
        until: shown(app.lifetime.idle_expires_at(session)),
        devices: listed.iter().map(|listed| device(listed, session.id)).collect(),
        identities: identities.iter().map(known).collect(),
        others: others.collect(),
        shown_to: ShownTo::new(session).seal(&app.config.ring, ACCOUNT_QUESTION).unwrap_or_default(),
    };
    // Linking an identity redirects to a provider, and logout may. Browsers apply `form-action` to the redirects that
    // follow a form post.
    let leads_away =
        !page.others.is_empty() || app.providers.get(&session.provider).is_some_and(Provider::logs_out_at_provider);
    if leads_away { html_leading_away(StatusCode::OK, &page) } else { html(StatusCode::OK, &page) }
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

/// A time in words.
pub(super) fn shown(at: Timestamp) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// The page after a completed logout.
pub fn signed_out(app: &App) -> HttpResponse {
    html(StatusCode::OK, &SignedOut { prefix: prefix(app), style: STYLE_PATH })
}

/// The page that asks to confirm a logout. `None` where the logout request is too long to seal into the page.
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
    Some(html_leading_away(StatusCode::OK, &page))
}

/// The page for a refusal, with a link to the login or to the account page.
pub fn problem(request: &HttpRequest, refused: &ProblemTexts<'_>) -> HttpResponse {
    let prefix = request.app_data::<Data<App>>().map(|app| prefix(app)).unwrap_or_default();
    let login = |goal: &Goal| login_path(prefix, &goal.provider, goal.return_to.as_deref());
    // An empty address is that of this page. So the page contains neither the code nor the `state` of a callback.
    let same_address = || (refused.outlook.is_temporary() && request.method() == Method::GET).then(String::new);
    let retry = refused.goal.map(login).filter(|_| !refused.outlook.needs_operator()).or_else(same_address);
    let choose = refused.outlook.needs_operator().then(|| other_ways(request, prefix, refused.goal)).flatten();
    let other_account = refused.other_account.map(|goal| {
        let login = login(goal);
        let separator = if login.contains('?') { '&' } else { '?' };
        format!("{login}{separator}prompt=select_account")
    });
    html(refused.status, &ProblemPage { prefix, style: STYLE_PATH, refused, retry, other_account, choose })
}

/// The address of the login page, with the target of the failed login. `None` where there is one provider only.
fn other_ways(request: &HttpRequest, prefix: &str, goal: Option<&Goal>) -> Option<String> {
    request.app_data::<Data<App>>().filter(|app| app.providers.iter().count() > 1)?;
    let mut address = url::form_urlencoded::Serializer::for_suffix(format!("{prefix}/login?"), prefix.len() + 7);
    address.append_pair("choose", "1");
    let return_to = goal.and_then(|goal| goal.return_to.as_deref());
    address.extend_pairs(return_to.map(|target| ("return_to", target)));
    Some(address.finish())
}

/// The stylesheet, cacheable for a year.
pub async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", STYLE)
}

/// The icon, cacheable for a year.
pub async fn icon() -> HttpResponse {
    asset("image/svg+xml", ICON)
}

/// The icon at `/favicon.ico`, where browsers look for it beside answers without a `<link>`. Cacheable for a day, since
/// the path is fixed.
pub async fn favicon() -> HttpResponse {
    let for_a_day = (header::CACHE_CONTROL, "public, max-age=86400");
    HttpResponse::Ok().content_type("image/svg+xml").insert_header(for_a_day).body(ICON)
}

fn asset(media_type: &'static str, body: &'static str) -> HttpResponse {
    let for_ever = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    HttpResponse::Ok().content_type(media_type).insert_header(for_ever).body(body)
}

/// A 303 redirect: the browser continues with GET after any method (RFC 9110 §15.4.4).
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

/// A page with a form whose answer redirects to other sites. Browsers apply `form-action` to every redirect that
/// follows a form post: to the provider, to the app, and on to the targets of the app. These are unknown here, so the
/// directive is omitted. Safe, because the page renders no untrusted markup.
pub(super) fn html_leading_away(status: StatusCode, page: &impl Template) -> HttpResponse {
    let mut answer = html(status, page);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_LEADING_AWAY));
    answer
}

/// A page whose forms post to this origin only.
pub(super) fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
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

/// The path of the account page, with the prefix of `server.public_url`.
pub fn account_path(app: &App) -> String {
    format!("{}/account", app.config.server.public_url.prefix())
}

pub(super) fn prefix(app: &App) -> &str {
    app.config.server.public_url.prefix()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_policies_differ_only_in_form_action() {
        assert_eq!(POLICY.replace("form-action 'self'; ", ""), POLICY_LEADING_AWAY);
        assert_ne!(POLICY, POLICY_LEADING_AWAY);
    }
}
