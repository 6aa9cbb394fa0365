//! The account page, and the page that asks before something there is ended.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::DateTime;
use serde_json::Value;

use super::list_pages::{Lists, Part};
use super::page::{Viewing, account_path, name_of, prefix, shown};
use crate::account::{self, Consent, IdentityWithClaims};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::{ConsentId, SessionId};
use crate::pages::{
    Account, AppInUse, Claim, ClaimValue, ConfirmEnd, ConsentGiven, Device, DeviceName, Done, EndQuestion, Grant, Link,
    LinkedIdentity, PastSignIn,
};
use crate::session::{self, AppSession, Listed, ListedWithApps, Overview, Session, ShownTo, SignedIn};
use crate::upstream::Provider;

/// The purpose under which the value in the forms of the account page is sealed.
pub const ACCOUNT_QUESTION: &str = "account";

/// The account page with these pages of its lists.
pub fn page(
    viewing: Viewing<'_>,
    signed_in: &SignedIn,
    overview: &Overview,
    (lists, done): (Lists, Option<Done>),
    now: Timestamp,
) -> HttpResponse {
    let app = viewing.app;
    let (profile, session) = (&signed_in.user.profile, &signed_in.session);
    let identities = &overview.user.identities;
    let path = account_path(app);
    let all_apps: Vec<_> = apps(overview).collect();
    let devices = lists.part(&path, "devices", &overview.devices);
    let apps = lists.part(&path, "apps", &all_apps);
    let Part { shown: shown_devices, pages: device_pages } = devices;
    let Part { shown: shown_apps, pages: app_pages } = apps;
    let Part { shown: shown_consents, pages: consent_pages } = lists.part(&path, "consents", &overview.user.consents);
    let page = Account {
        person: name_of(signed_in),
        email: profile.email.as_deref(),
        email_verified: profile.has_verified_email(),
        sub: signed_in.user.sub.to_string(),
        provider: provider_name(app, &session.provider),
        since: shown(session.auth_time),
        until: shown(app.lifetime.idle_expires_at(session)),
        now: shown(now),
        done,
        devices: shown_devices.iter().map(|one| device(app, &one.listed, session.id)).collect(),
        device_pages,
        other_devices: others(overview, session.id) > 0,
        apps: shown_apps.iter().map(|(of, one)| app_in_use(app, of, one, session.id)).collect(),
        app_pages,
        consents: shown_consents.iter().map(|one| consent(app, one)).collect(),
        consent_pages,
        sign_ins: overview.user.sign_ins.iter().map(|one| past_sign_in(app, one)).collect(),
        identities: identities.iter().map(|one| linked(app, one)).collect(),
        others: not_linked(app, identities),
        shown_to: shown_to(app, session),
        self_deletion: app.config.login.self_deletion,
    };
    // Linking an identity redirects to a provider, and logout may. Browsers apply `form-action` to the redirects that
    // follow a form post.
    let leads_away =
        !page.others.is_empty() || app.providers.get(&session.provider).is_some_and(Provider::logs_out_at_provider);
    if leads_away { viewing.html_leading_away(StatusCode::OK, &page) } else { viewing.html(StatusCode::OK, &page) }
}

/// The page that asks before a device, all other devices, or an app are signed out. `path`: of the page and its form.
pub fn question(viewing: Viewing<'_>, signed_in: &SignedIn, what: EndQuestion<'_>, path: &str) -> HttpResponse {
    let app = viewing.app;
    let sub = signed_in.user.sub.to_string();
    let page = ConfirmEnd {
        who: name_of(signed_in).unwrap_or(&sub),
        what,
        action: format!("{}/{path}", account_path(app)),
        shown_to: shown_to(app, &signed_in.session),
    };
    viewing.html(StatusCode::OK, &page)
}

/// The question for one device.
pub fn device_question(listed: &Listed, current: SessionId) -> EndQuestion<'_> {
    EndQuestion::Device { device: device_name(listed), current: listed.id == current }
}

/// The question for the session of an app with this id; `None` if it is not listed.
pub fn app_question<'a>(app: &'a App, overview: &'a Overview, id: SessionId) -> Option<EndQuestion<'a>> {
    let (of, one) = apps(overview).find(|(_, one)| one.id == id)?;
    Some(EndQuestion::App { app: app.clients.name(&one.client_id), device: device_name(&of.listed) })
}

/// The question for the consent with this id; `None` if it is not listed.
pub fn consent_question<'a>(app: &'a App, overview: &'a Overview, id: ConsentId) -> Option<EndQuestion<'a>> {
    let found = overview.user.consents.iter().find(|one| one.id == id)?;
    Some(EndQuestion::Consent { app: app.clients.name(&found.client_id) })
}

/// The number of sign-ins besides the current one.
pub fn others(overview: &Overview, current: SessionId) -> usize {
    overview.devices.iter().filter(|one| one.listed.id != current).count()
}

/// The apps with their devices, in the order of the devices.
fn apps(overview: &Overview) -> impl Iterator<Item = (&ListedWithApps, &AppSession)> {
    overview.devices.iter().flat_map(|device| device.apps.iter().map(move |one| (device, one)))
}

fn shown_to(app: &App, session: &Session) -> String {
    ShownTo::new(session).seal(&app.config.ring, ACCOUNT_QUESTION).unwrap_or_default()
}

fn provider_name<'a>(app: &'a App, id: &'a str) -> &'a str {
    app.providers.get(id).map_or(id, Provider::name)
}

fn device_name(listed: &Listed) -> DeviceName<'_> {
    DeviceName { browser: listed.device.browser.as_deref(), os: listed.device.os.as_deref() }
}

fn device<'a>(app: &'a App, listed: &'a Listed, current: SessionId) -> Device<'a> {
    Device {
        id: listed.id.to_string(),
        name: device_name(listed),
        provider: provider_name(app, &listed.provider),
        current: listed.id == current,
        ip: listed.ip.map(|ip| ip.to_string()),
        seen: shown(listed.last_activity_at),
        clients: listed.clients.iter().map(|id| app.clients.name(id)).collect(),
    }
}

fn app_in_use<'a>(app: &'a App, of: &'a ListedWithApps, one: &'a AppSession, current: SessionId) -> AppInUse<'a> {
    AppInUse {
        id: one.id.to_string(),
        name: app.clients.name(&one.client_id),
        device: device_name(&of.listed),
        current: of.listed.id == current,
        seen: shown(one.last_activity_at),
    }
}

fn consent<'a>(app: &'a App, one: &'a Consent) -> ConsentGiven<'a> {
    let resource = Some(one.resource.as_str()).filter(|resource| !resource.is_empty());
    ConsentGiven {
        id: one.id.to_string(),
        name: app.clients.name(&one.client_id),
        resource: resource.map(|url| app.config.resource_at(url).map_or(url, |known| known.name.as_str())),
        grants: one.scopes.iter().map(|scope| Grant::of(scope)).collect(),
        since: shown(one.agreed_at),
    }
}

fn past_sign_in<'a>(app: &'a App, one: &'a session::PastSignIn) -> PastSignIn<'a> {
    PastSignIn {
        at: shown(one.at),
        provider: provider_name(app, one.provider.as_deref().unwrap_or_default()),
        device: DeviceName { browser: one.browser.as_deref(), os: one.os.as_deref() },
        ip: one.ip.map(|ip| ip.to_string()),
    }
}

fn linked(app: &App, IdentityWithClaims { identity, claims }: &IdentityWithClaims) -> LinkedIdentity {
    LinkedIdentity {
        id: identity.id.to_string(),
        provider: provider_name(app, &identity.provider).to_owned(),
        who: identity.email.clone().unwrap_or_else(|| identity.sub.clone()),
        seen: shown(identity.last_login_at),
        further: account::further(claims).iter().map(claim).collect(),
        unlink_at: identity.unlink_at.map(shown),
    }
}

/// The providers without an identity of the user, with the URL of the form that links one.
fn not_linked<'a>(app: &'a App, identities: &[IdentityWithClaims]) -> Vec<Link<'a>> {
    let is_known = |provider: &&Provider| identities.iter().any(|known| known.identity.provider == provider.id());
    let others =
        app.providers.iter().filter(|provider| app.lists_provider(provider) && !is_known(provider)).map(|provider| {
            Link { name: provider.name(), href: format!("{}/account/identities/{}/link", prefix(app), provider.id()) }
        });
    others.collect()
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
