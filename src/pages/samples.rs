//! Every state of every page, with sample data. `config check` and the tests render each of them in each language.

use super::context::confirm_identity::ConfirmIdentity;
use super::context::consent::{Consent, Grant, Unregistered};
use super::context::cookies_conflict::CookiesConflict;
use super::context::form_post::{FormPost, Parameter};
use super::context::identities::{IdentityRemoved, RemoveIdentity};
use super::context::problem::{Back, Problem, Tried, Way, WayText, Ways};
use super::context::redirects::{AnotherAccount, Continue};
use super::context::signing_out::{SignOut, SignedOut, SignedOutOf};
use super::icons::Icons;
use super::sample::{APP, EMAIL, PERSON, PROVIDER, SEALED, Sample, THEN, sample};
use super::sample_choices;
use super::samples_of_account::{accounts, deletions, questions};

/// Every state of every page. `refusals`: the messages of the refusals, each of which is a state of the page `problem.html`.
/// `prefix`: before the paths of icons.
pub(super) fn all(refusals: &[String], icons: &Icons, prefix: &str) -> Vec<Sample> {
    let of_refusals = refusals.iter().map(|message| {
        let state = message.strip_prefix("refusal-").unwrap_or(message);
        sample(state, &Problem { title: format!("{message}.title"), sentence: message.clone(), ..problem() })
    });
    let choosing = sample_choices::all(icons, prefix).into_iter().map(|(state, page)| sample(state, &page)).collect();
    [choosing, consents(), accounts(), deletions(), questions(), identities(), logouts(), others(), problems()]
        .into_iter()
        .flatten()
        .chain(of_refusals)
        .collect()
}

fn consents() -> Vec<Sample> {
    let consent = |scopes: &'static [&'static str]| Consent {
        app: APP,
        person: Some(PERSON),
        email: Some(EMAIL),
        unregistered: None,
        provider: PROVIDER,
        not_you: "/login/sample?prompt=select_account".to_owned(),
        grants: scopes.iter().map(|scope| Grant::of(scope)).collect(),
        resource: None,
        host: Some("shop.example.com".to_owned()),
        request: SEALED.to_owned(),
        shown_to: SEALED.to_owned(),
    };
    let standard: &[&str] = &["openid", "profile", "email", "groups", "offline_access", "orders.read"];
    let by_url = |is_listed, name, elsewhere: Option<&str>| Consent {
        app: "app.example.com",
        email: None,
        unregistered: Some(Unregistered { name, is_listed, elsewhere: elsewhere.map(str::to_owned) }),
        ..consent(&["openid"])
    };
    vec![
        sample("", &consent(standard)),
        sample("program", &Consent { person: None, host: None, ..consent(&["openid"]) }),
        sample("resource", &Consent { email: None, resource: Some("Tools"), ..consent(&["tools.read"]) }),
        sample("by-url", &by_url(false, Some(APP), Some("elsewhere.example.net"))),
        sample("by-url-listed", &by_url(true, None, None)),
    ]
}

fn identities() -> Vec<Sample> {
    let removal = || RemoveIdentity {
        who: PERSON,
        provider: PROVIDER,
        identity: EMAIL,
        own: false,
        sign_in: None,
        unlink_at: None,
        recorded: false,
        action: "/account/identities/sample/unlink".to_owned(),
        confirm: SEALED.to_owned(),
    };
    let sign_in = || Some("/login/sample".to_owned());
    vec![
        sample("", &removal()),
        sample("own", &RemoveIdentity { own: true, recorded: true, ..removal() }),
        sample("at-once", &RemoveIdentity { sign_in: sign_in(), ..removal() }),
        sample("requested", &RemoveIdentity { sign_in: sign_in(), unlink_at: Some(THEN), ..removal() }),
        sample("", &IdentityRemoved { provider: PROVIDER, identity: EMAIL }),
        sample(
            "",
            &ConfirmIdentity {
                who: PERSON,
                what: PROVIDER,
                action: "/account/identities/sample/link".to_owned(),
                confirm: SEALED.to_owned(),
            },
        ),
    ]
}

fn logouts() -> Vec<Sample> {
    let question = |client| SignOut { client, who: PERSON, request: SEALED.to_owned(), shown_to: SEALED.to_owned() };
    vec![
        sample("", &question(None)),
        sample("app", &question(Some(APP))),
        sample("", &SignedOut { another: "/login?choose=1&prompt=select_account".to_owned() }),
        sample("", &SignedOutOf { client: Some(APP), everywhere: false }),
        sample("everywhere", &SignedOutOf { client: Some(APP), everywhere: true }),
        sample("unnamed", &SignedOutOf { client: None, everywhere: false }),
    ]
}

fn others() -> Vec<Sample> {
    let conflict = |sign_out| CookiesConflict { at: "/account", return_to: "/account", sign_out };
    let parameters = vec![Parameter { name: "code", value: SEALED }, Parameter { name: "state", value: SEALED }];
    let redirect_uri = "https://shop.example.com/callback";
    vec![
        sample("", &AnotherAccount { provider: PROVIDER, href: "/login/sample".to_owned() }),
        sample("", &conflict(None)),
        sample("sign-out", &conflict(Some(SEALED.to_owned()))),
        sample("", &FormPost { app: APP, redirect_uri, parameters, submit: "" }),
        sample("", &Continue { next: "?from_here=1".to_owned(), by_itself: true }),
        sample("from-elsewhere", &Continue { next: "?from_here=1".to_owned(), by_itself: false }),
    ]
}

fn problem() -> Problem<'static> {
    Problem {
        code: "sample",
        title: "refusal-internal.title".to_owned(),
        sentence: "refusal-internal".to_owned(),
        seconds: None,
        cookie: None,
        cookie_sentence: None,
        reference: None,
        tried: None,
        ways: Ways { main: Some(way(WayText::SignIn, None)), ..Ways::default() },
    }
}

fn way(text: WayText, app: Option<&'static str>) -> Way<'static> {
    Way { text, app, href: "/login".to_owned() }
}

fn problems() -> Vec<Sample> {
    let tried = |app, disabled| Some(Tried { account: EMAIL, provider: PROVIDER, app, disabled });
    let of = |name: &str| (format!("refusal-{name}.title"), format!("refusal-{name}"));
    let refused = |name: &str, ways| {
        let (title, sentence) = of(name);
        Problem { title, sentence, ways, ..problem() }
    };
    let ways = |main, app| Ways { main: Some(way(main, app)), ..Ways::default() };
    let back = || Some(Back { app: APP.into(), leave: SEALED.to_owned() });
    let cookie = |name, message| Problem {
        cookie: Some("__Host-vestibule-binding"),
        cookie_sentence: Some(message),
        reference: Some("K7Q2-9XDM"),
        ..refused(name, ways(WayText::StartAgain, None))
    };
    let rate_limited = |seconds| Problem {
        sentence: "problem-rate-limited".to_owned(),
        seconds: Some(seconds),
        ..refused("rate-limited", ways(WayText::TryAgain, None))
    };
    let needs_operator = Problem {
        sentence: "problem-needs-operator".to_owned(),
        reference: Some("K7Q2-9XDM"),
        ..refused("provider-error", ways(WayText::OtherWays, None))
    };
    let not_allowed = Ways {
        another: Some("/login/sample?prompt=select_account".to_owned()),
        back: back(),
        account: true,
        ..ways(WayText::SignInAgain, None)
    };
    vec![
        sample("seconds", &rate_limited(30)),
        sample("second", &rate_limited(1)),
        sample("needs-operator", &needs_operator),
        sample("cookie", &cookie("unknown-state", "problem-cookie")),
        sample("cookie-wrong-browser", &cookie("wrong-browser", "problem-wrong-browser-cookie")),
        sample("account-not-allowed", &Problem { tried: tried(None, false), ..refused("not-allowed", not_allowed) }),
        sample(
            "account-not-allowed-for-app",
            &Problem { tried: tried(Some(APP), false), ..refused("app-not-allowed", ways(WayText::ToAccount, None)) },
        ),
        sample(
            "account-disabled",
            &Problem { tried: tried(None, true), ..refused("user-disabled", Ways { back: back(), ..Ways::default() }) },
        ),
        sample("answered", &refused("state-used", ways(WayText::ToApp, Some(APP)))),
    ]
}
