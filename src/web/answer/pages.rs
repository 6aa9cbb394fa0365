//! The account page and the logout pages. They have no script and load nothing from other origins (WB-01,
//! WB-03).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::DateTime;
use serde_json::Value;

use super::page::{Viewing, name_of, prefix, shown};
use crate::account::{self, IdentityWithClaims};
use crate::app::App;
use crate::authorize::OpenRequest;
use crate::base::id::SessionId;
use crate::logout::{self, Request};
use crate::pages::{Account, AnotherAccount, Claim, ClaimValue, Device, Link, LinkedIdentity, SignOut, SignedOut};
use crate::session::{Listed, ShownTo, SignedIn};
use crate::upstream::Provider;

/// The purpose under which the value in the forms of the account page is sealed.
pub const ACCOUNT_QUESTION: &str = "account";

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

    /// The app that led to the page.
    pub(super) fn client(self) -> Option<&'a str> {
        match self {
            Self::App(open) => Some(&open.request.client_id),
            Self::None | Self::ReturnTo(_) => None,
        }
    }

    /// The languages that the app asked for.
    pub(super) fn ui_locales(self) -> Option<&'a str> {
        match self {
            Self::App(open) => open.request.ui_locales.as_deref(),
            Self::None | Self::ReturnTo(_) => None,
        }
    }
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
pub fn sign_out_there_first<'a>(viewing: Viewing<'a>, provider: &Provider, purpose: Purpose<'a>) -> HttpResponse {
    let page = AnotherAccount { provider: provider.name(), href: login_link(viewing.app, provider.id(), purpose) };
    viewing.with_ui_locales(purpose.ui_locales()).html(StatusCode::OK, &page)
}

/// The account page: profile, sessions and identities.
pub fn account(
    viewing: Viewing<'_>,
    signed_in: &SignedIn,
    listed: &[Listed],
    identities: &[IdentityWithClaims],
) -> HttpResponse {
    let app = viewing.app;
    let (profile, session) = (&signed_in.user.profile, &signed_in.session);
    let named = |id: &'_ str| app.providers.get(id).map_or(id.to_owned(), |provider| provider.name().to_owned());
    let provider = named(&session.provider);
    let is_known = |provider: &&Provider| identities.iter().any(|known| known.identity.provider == provider.id());
    let others = app.providers.iter().filter(|provider| !is_known(provider)).map(|provider| Link {
        name: provider.name(),
        href: format!("{}/account/identities/{}/link", prefix(app), provider.id()),
    });
    let known = |IdentityWithClaims { identity, claims }: &IdentityWithClaims| LinkedIdentity {
        id: identity.id.to_string(),
        provider: named(&identity.provider),
        who: identity.email.clone().unwrap_or_else(|| identity.sub.clone()),
        seen: shown(identity.last_login_at),
        further: account::further(claims).iter().map(claim).collect(),
        unlink_at: identity.unlink_at.map(shown),
    };
    let page = Account {
        person: name_of(signed_in),
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
    if leads_away { viewing.html_leading_away(StatusCode::OK, &page) } else { viewing.html(StatusCode::OK, &page) }
}

/// A claim, with the message of its name. A number is a time in seconds since 1970-01-01 UTC.
fn claim((name, value): (&String, &Value)) -> Claim {
    let text = || ClaimValue::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let time = value.as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Claim {
        label: format!("claim-{}", name.replace('_', "-")),
        value: time.map_or_else(text, |time| ClaimValue::Time(shown(time))),
    }
}

/// The sessions, this browser's session first. A session of an app shows the name of the app.
fn devices<'a>(app: &'a App, listed: &'a [Listed], current: SessionId) -> Vec<Device<'a>> {
    let mut devices: Vec<_> = listed.iter().map(|listed| device(app, listed, current)).collect();
    devices.sort_by_key(|device| !device.current);
    devices
}

fn device<'a>(app: &'a App, listed: &'a Listed, current: SessionId) -> Device<'a> {
    Device {
        id: listed.id.to_string(),
        browser: listed.device.browser.as_deref(),
        os: listed.device.os.as_deref(),
        current: listed.id == current,
        ip: listed.ip.map(|ip| ip.to_string()),
        seen: shown(listed.last_activity_at),
        clients: listed.clients.iter().map(|id| app.clients.name(id)).collect(),
    }
}

/// The page after a completed logout. `client`: the app that requested it.
pub fn signed_out(viewing: Viewing<'_>, client: Option<&str>) -> HttpResponse {
    let app = viewing.app;
    let mut providers = app.providers.iter();
    let only = providers.next().filter(|_| providers.next().is_none());
    let another = match only {
        Some(only) => another_account_link(app, only.id(), Purpose::None),
        None => with_another_account(&format!("{}/login?choose=1", prefix(app))),
    };
    viewing.for_client(client).html(StatusCode::OK, &SignedOut { another })
}

/// The page that asks to confirm a logout. `None` if the logout request is too long to seal into the page.
pub fn sign_out(viewing: Viewing<'_>, signed_in: &SignedIn, asked: &Request) -> Option<HttpResponse> {
    let app = viewing.app;
    let sub = signed_in.user.sub.to_string();
    let page = SignOut {
        client: asked.client_id.as_deref().map(|id| app.clients.name(id)),
        who: name_of(signed_in).unwrap_or(&sub),
        request: asked.seal(&app.config.ring)?,
        shown_to: logout::shown_to(app, signed_in)?,
    };
    Some(viewing.for_client(asked.client_id.as_deref()).html_leading_away(StatusCode::OK, &page))
}
