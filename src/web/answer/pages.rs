//! The HTML pages, rendered from templates that are checked at compile time. They have no script and load nothing from
//! other origins (WB-01, WB-03).

use std::net::IpAddr;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::DateTime;
use serde_json::Value;

use super::assets::STYLE_PATH;
use super::page::{html, html_leading_away, name_of, prefix, shown};
use crate::account::{self, IdentityWithClaims};
use crate::app::App;
use crate::authorize::OpenRequest;
use crate::base::id::{SessionId, SubId};
use crate::logout::{self, Request};
use crate::session::{Listed, ShownTo, SignedIn};
use crate::upstream::Provider;

/// The purpose under which the value in the forms of the account page is sealed.
pub const ACCOUNT_QUESTION: &str = "account";
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
#[template(path = "another_account.html")]
struct AnotherAccount<'a> {
    prefix: &'a str,
    style: &'static str,
    provider: &'a str,
    /// The address of the login.
    href: String,
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
    /// The claims of the provider besides name and e-mail address, by the names of OpenID Connect Core §5.1 in words.
    further: Vec<(String, String)>,
    /// When it is removed, if a session requested that.
    unlink_at: Option<String>,
}

struct Device {
    id: SessionId,
    name: String,
    current: bool,
    ip: Option<IpAddr>,
    seen: String,
    clients: Vec<String>,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    prefix: &'a str,
    style: &'static str,
    /// The address of a login with another account.
    another: String,
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

impl<'a> Purpose<'a> {
    /// The request of an app comes before the target.
    pub fn of(open: Option<&'a OpenRequest>, return_to: Option<&'a str>) -> Self {
        match (open, return_to) {
            (Some(open), _) => Self::App(open),
            (None, Some(return_to)) => Self::ReturnTo(return_to),
            (None, None) => Self::None,
        }
    }
}

/// The login page: one link for each provider.
///
/// `another`: whether the person wants another account than the one that the provider would sign in by itself.
pub fn choose<'a>(
    app: &'a App,
    providers: impl Iterator<Item = &'a Provider>,
    purpose: Purpose<'_>,
    another: bool,
) -> HttpResponse {
    let link = |provider: &'a Provider| {
        let login = login_link(app, provider.id(), purpose);
        Link { name: provider.name(), href: if another { with_another_account(&login) } else { login } }
    };
    let app_name = match purpose {
        Purpose::App(open) => Some(app.clients.name(&open.request.client_id)),
        Purpose::None | Purpose::ReturnTo(_) => None,
    };
    let links = providers.map(link).collect();
    html(StatusCode::OK, &Choose { prefix: prefix(app), style: STYLE_PATH, links, app: app_name })
}

/// The path that begins a login at a provider, with the parameter for its purpose.
pub fn login_link(app: &App, provider: &str, purpose: Purpose<'_>) -> String {
    match purpose {
        Purpose::None => login_path(prefix(app), Some(provider), None),
        Purpose::ReturnTo(return_to) => login_path(prefix(app), Some(provider), Some(return_to)),
        Purpose::App(open) => format!("{}/login/{provider}?authorization_request={}", prefix(app), open.id),
    }
}

/// The path that begins a login at a provider, or of the login page, with the target after the login.
pub(super) fn login_path(prefix: &str, provider: Option<&str>, return_to: Option<&str>) -> String {
    let base = provider.map_or_else(|| format!("{prefix}/login"), |provider| format!("{prefix}/login/{provider}"));
    let Some(return_to) = return_to else { return base };
    let encoded: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    format!("{base}?return_to={encoded}")
}

/// The address of a login at the same provider with another account.
pub fn another_account_link(app: &App, provider: &str, purpose: Purpose<'_>) -> String {
    with_another_account(&login_link(app, provider, purpose))
}

/// The address of a login with the parameter that asks for another account. `providers.<id>.another_account` says what the
/// provider needs for that.
pub(super) fn with_another_account(login: &str) -> String {
    let separator = if login.contains('?') { '&' } else { '?' };
    format!("{login}{separator}prompt=select_account")
}

/// The page that asks the person to sign out at a provider which does not ask for the account.
pub fn sign_out_there_first(app: &App, provider: &Provider, purpose: Purpose<'_>) -> HttpResponse {
    let (prefix, href) = (prefix(app), login_link(app, provider.id(), purpose));
    html(StatusCode::OK, &AnotherAccount { prefix, style: STYLE_PATH, provider: provider.name(), href })
}

/// The account page: profile, sessions and identities.
pub fn account(app: &App, signed_in: &SignedIn, listed: &[Listed], identities: &[IdentityWithClaims]) -> HttpResponse {
    let (profile, session) = (&signed_in.user.profile, &signed_in.session);
    let named = |id: &'_ str| app.providers.get(id).map_or(id.to_owned(), |provider| provider.name().to_owned());
    let provider = named(&session.provider);
    let is_known = |provider: &&Provider| identities.iter().any(|known| known.identity.provider == provider.id());
    let others = app.providers.iter().filter(|provider| !is_known(provider)).map(|provider| Link {
        name: provider.name(),
        href: format!("{}/account/identities/{}/link", prefix(app), provider.id()),
    });
    let known = |IdentityWithClaims { identity, claims }: &IdentityWithClaims| LinkedIdentity {
        id: identity.id,
        provider: named(&identity.provider),
        who: identity.email.clone().unwrap_or_else(|| identity.sub.clone()),
        seen: shown(identity.last_login_at),
        further: account::further(claims).iter().map(in_words).collect(),
        unlink_at: identity.unlink_at.map(shown),
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
        devices: devices(app, listed, session.id),
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

/// A claim as the page shows it: `given_name` as "Given name", and a time of epoch seconds as a date.
fn in_words((name, value): (&String, &Value)) -> (String, String) {
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let time = number.as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            time.map_or_else(|| number.to_string(), shown)
        }
        other => other.to_string(),
    };
    (words, value)
}

fn client_name(app: &App, id: &str) -> String {
    app.clients.name(id).to_owned()
}

/// The sessions, this browser's session first. A session of an app shows the name of the app.
fn devices(app: &App, listed: &[Listed], current: SessionId) -> Vec<Device> {
    let mut devices: Vec<_> = listed.iter().map(|listed| device(app, listed, current)).collect();
    devices.sort_by_key(|device| !device.current);
    devices
}

fn device(app: &App, listed: &Listed, current: SessionId) -> Device {
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
        clients: listed.clients.iter().map(|id| client_name(app, id)).collect(),
    }
}

/// The page after a completed logout.
pub fn signed_out(app: &App) -> HttpResponse {
    let mut providers = app.providers.iter();
    let only = providers.next().filter(|_| providers.next().is_none());
    let another = match only {
        Some(only) => another_account_link(app, only.id(), Purpose::None),
        None => with_another_account(&format!("{}/login?choose=1", prefix(app))),
    };
    html(StatusCode::OK, &SignedOut { prefix: prefix(app), style: STYLE_PATH, another })
}

/// The page that asks to confirm a logout. `None` if the logout request is too long to seal into the page.
pub fn sign_out(app: &App, signed_in: &SignedIn, asked: &Request) -> Option<HttpResponse> {
    let sub = signed_in.user.sub.to_string();
    let page = SignOut {
        prefix: prefix(app),
        style: STYLE_PATH,
        client: asked.client_id.as_deref().map(|id| app.clients.name(id)),
        who: name_of(signed_in).unwrap_or(&sub),
        request: asked.seal(&app.config.ring)?,
        shown_to: logout::shown_to(app, signed_in)?,
    };
    Some(html_leading_away(StatusCode::OK, &page))
}
