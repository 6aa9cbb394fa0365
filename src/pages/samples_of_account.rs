//! The states of the account page, and of the page that asks before something there is ended.

use super::context::account::{
    Account, AppInUse, Claim, ClaimValue, ConfirmEnd, ConsentGiven, Device, DeviceName, Done, EndQuestion,
    LinkedIdentity, ListPages, PastSignIn,
};
use super::context::choose_provider::Link;
use super::context::consent::Grant;
use super::context::delete_account::{AccountDeleted, DeleteAccount};
use super::context::time::Time;
use super::sample::{APP, EMAIL, PERSON, PROVIDER, SEALED, Sample, THEN, links, sample};

/// Three days, two hours and five minutes after [`THEN`].
const NOW: Time = Time(THEN.0 + 3 * 86_400 + 2 * 3600 + 300);
const FIREFOX: DeviceName<'_> = DeviceName { browser: Some("Firefox"), os: Some("Linux") };
const SAFARI: DeviceName<'_> = DeviceName { browser: Some("Safari"), os: None };
const UNKNOWN: DeviceName<'_> = DeviceName { browser: None, os: None };

/// A time so many seconds before [`NOW`].
fn before_now(seconds: i64) -> Time {
    Time(NOW.0 - seconds)
}

pub(super) fn accounts() -> Vec<Sample> {
    let full = || Account {
        self_deletion: true,
        email_verified: false,
        devices: vec![
            device(true, FIREFOX, &[APP, "Wiki"], 0),
            device(false, SAFARI, &[APP], 2 * 3600),
            device(false, UNKNOWN, &[], 400 * 86_400),
        ],
        other_devices: true,
        apps: vec![
            app(APP, true, FIREFOX, 60),
            app("Wiki", true, FIREFOX, 20 * 60),
            app(APP, false, SAFARI, 11 * 86_400),
        ],
        identities: vec![
            identity(PROVIDER, EMAIL, None, further()),
            identity("GitHub", "1234567", Some(THEN), Vec::new()),
        ],
        others: links(&["Google"]),
        consents: vec![consent(APP, None, 86_400), consent("app.example.com", Some("Tools"), 40 * 86_400)],
        sign_ins: vec![sign_in(FIREFOX, 0), sign_in(SAFARI, 86_400), sign_in(UNKNOWN, 70 * 86_400)],
        ..account()
    };
    let beside = |previous: bool, next: bool| {
        let address = |is: bool| is.then(|| "/account?devices=2#devices".to_owned());
        Some(ListPages { first: 21, last: 40, total: 1234, previous: address(previous), next: address(next) })
    };
    let paged = Account {
        device_pages: beside(true, true),
        app_pages: beside(false, true),
        consent_pages: beside(true, false),
        ..full()
    };
    let done = |done| Account { done: Some(done), ..account() };
    vec![
        sample("", &account()),
        sample("full", &full()),
        sample("paged", &paged),
        sample("nameless", &Account { person: None, email: None, ..account() }),
        sample("done-device", &done(Done::Device)),
        sample("done-others", &done(Done::Others)),
        sample("done-app", &done(Done::App)),
        sample("done-consent", &done(Done::Consent)),
        sample("done-identity", &done(Done::Identity)),
        sample("done-identity-requested", &done(Done::IdentityRequested)),
        sample("done-identity-kept", &done(Done::IdentityKept)),
    ]
}

pub(super) fn deletions() -> Vec<Sample> {
    let question = || DeleteAccount {
        who: PERSON,
        email: Some(EMAIL),
        sign_in: None,
        is_other: false,
        is_wrong: false,
        action: "/account/delete".to_owned(),
        shown_to: SEALED.to_owned(),
    };
    let sign_in = Some(Link { name: PROVIDER, href: "/login/sample".to_owned() });
    vec![
        sample("", &question()),
        sample("wrong", &DeleteAccount { is_wrong: true, ..question() }),
        sample("word", &DeleteAccount { email: None, ..question() }),
        sample("sign-in", &DeleteAccount { sign_in, ..question() }),
        sample("other", &DeleteAccount { is_other: true, ..question() }),
        sample("", &AccountDeleted {}),
    ]
}

pub(super) fn questions() -> Vec<Sample> {
    let question = |what| ConfirmEnd {
        who: PERSON,
        what,
        action: "/account/sessions/sample/end".to_owned(),
        shown_to: SEALED.to_owned(),
    };
    vec![
        sample("device", &question(EndQuestion::Device { device: FIREFOX, current: false })),
        sample("this-device", &question(EndQuestion::Device { device: UNKNOWN, current: true })),
        sample("one-other", &question(EndQuestion::Others { count: 1 })),
        sample("others", &question(EndQuestion::Others { count: 12 })),
        sample("consent", &question(EndQuestion::Consent { app: APP })),
        sample("app", &question(EndQuestion::App { app: APP, device: SAFARI })),
    ]
}

fn account() -> Account<'static> {
    Account {
        person: Some(PERSON),
        email: Some(EMAIL),
        email_verified: true,
        sub: "0190c5d2-7a1b-7c3d-9e4f-5a6b7c8d9e0f".to_owned(),
        provider: PROVIDER,
        since: THEN,
        until: THEN,
        now: NOW,
        done: None,
        devices: vec![device(true, FIREFOX, &[], 0)],
        device_pages: None,
        other_devices: false,
        apps: Vec::new(),
        app_pages: None,
        consents: Vec::new(),
        consent_pages: None,
        sign_ins: vec![sign_in(FIREFOX, 3 * 86_400)],
        identities: vec![identity(PROVIDER, EMAIL, None, Vec::new())],
        others: Vec::new(),
        shown_to: SEALED.to_owned(),
        self_deletion: false,
    }
}

fn device(current: bool, name: DeviceName<'static>, clients: &[&'static str], age: i64) -> Device<'static> {
    let ip = current.then(|| "2001:db8::1".to_owned());
    let (id, seen) = (SEALED.to_owned(), before_now(age));
    Device { id, name, provider: PROVIDER, current, ip, seen, clients: clients.to_vec() }
}

fn app(name: &'static str, current: bool, device: DeviceName<'static>, age: i64) -> AppInUse<'static> {
    AppInUse { id: SEALED.to_owned(), name, device, current, seen: before_now(age) }
}

fn consent(name: &'static str, resource: Option<&'static str>, age: i64) -> ConsentGiven<'static> {
    let grants = ["openid", "profile", "email", "offline_access", "orders.read"].map(Grant::of).into();
    ConsentGiven { id: SEALED.to_owned(), name, resource, grants, since: before_now(age) }
}

fn sign_in(device: DeviceName<'static>, age: i64) -> PastSignIn<'static> {
    PastSignIn { at: before_now(age), provider: PROVIDER, device, ip: Some("192.0.2.7".to_owned()) }
}

fn identity(provider: &str, who: &str, unlink_at: Option<Time>, further: Vec<Claim>) -> LinkedIdentity {
    let (provider, who) = (provider.to_owned(), who.to_owned());
    LinkedIdentity { id: SEALED.to_owned(), provider, who, seen: THEN, further, unlink_at }
}

fn further() -> Vec<Claim> {
    let text =
        |name: &str, value: &str| Claim { label: format!("claim-{name}"), value: ClaimValue::Text(value.to_owned()) };
    vec![
        text("given-name", "Alex"),
        text("middle-name", "B."),
        text("family-name", "Sample"),
        text("nickname", "al"),
        text("zoneinfo", "Europe/Berlin"),
        text("locale", "de-DE"),
        text("profile", "https://example.com/alex"),
        text("website", "https://alex.example.com/"),
        Claim { label: "claim-updated-at".to_owned(), value: ClaimValue::Time(THEN) },
    ]
}
