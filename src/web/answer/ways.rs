//! The ways on from the page of a refusal. Each keeps what the person wanted.

use super::app_goal::{AppGoal, RequestState};
use super::pages::{login_path, with_another_account};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::login::Goal;

/// The goal of the person.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The login that failed.
    pub login: Option<Goal>,
    /// The authorization request of an app that the login was for.
    pub app: Option<AppGoal>,
}

/// The kind of the page.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact of the request")]
pub struct Circumstances {
    /// Whether the person is signed in.
    pub signed_in: bool,
    /// Whether the same request may succeed later.
    pub temporary: bool,
    /// Whether the URL of the page can be loaded again.
    pub repeatable: bool,
    /// Whether only an operator can change it.
    pub needs_operator: bool,
    /// Whether another account may succeed.
    pub other_account: bool,
    /// Whether the refusal ended a login or a session.
    pub of_login: bool,
}

/// The links and the form of the page.
#[derive(Default)]
pub struct Ways<'a> {
    /// The button that most people want; a page without one leads nowhere.
    pub main: Option<Way<'a>>,
    /// The address of a login with another account.
    pub another: Option<String>,
    /// The form that returns to the app.
    pub back: Option<Back<'a>>,
    /// Whether a link leads to the account page.
    pub account: bool,
}

/// A link to an address.
pub struct Way<'a> {
    /// The text of the link.
    pub text: &'static str,
    /// The name of the app, after the text.
    pub app: Option<&'a str>,
    /// Its URL; empty for the URL of the page itself, so that the page contains neither the code nor the `state` of a
    /// callback.
    pub href: String,
}

/// The form that sends the app its error response.
pub struct Back<'a> {
    /// The name of the app.
    pub app: &'a str,
    /// The error response for the app, sealed, as a field of the form.
    pub leave: String,
}

impl<'a> Ways<'a> {
    /// The buttons of the page, by the refusal and the request.
    pub fn of(app: &'a App, prefix: &str, wanted: &'a Wanted, page: Circumstances, now: Timestamp) -> Self {
        let (login, request) = (wanted.login.as_ref(), wanted.app.as_ref());
        let back =
            request.and_then(|request| request.leave(app, now).map(|leave| Back { app: request.name(app), leave }));
        let address = again(prefix, login, request);
        let another = address.as_deref().filter(|_| page.other_account && login.is_some()).map(with_another_account);
        let main = match request {
            _ if page.needs_operator => other_ways(app, prefix, wanted),
            Some(request) => main_of_app(app, prefix, request, address, page),
            None => address
                .map(|href| Way { text: retry_text(page), app: None, href })
                .or_else(|| Some(elsewhere(prefix, page))),
        };
        // On the page of a login that failed, a signed-in person has a way back as well.
        let account = page.signed_in && main.as_ref().is_none_or(|main| main.text != TO_ACCOUNT);
        Self { main, another, back, account }
    }
}

const TO_ACCOUNT: &str = "Back to your account";

/// The address that begins the login again.
fn again(prefix: &str, login: Option<&Goal>, request: Option<&AppGoal>) -> Option<String> {
    match (login, request) {
        (Some(login), None) => Some(login_path(prefix, login.provider.as_deref(), login.return_to.as_deref())),
        (login, Some(AppGoal { id: Some(id), state: RequestState::Open, .. })) => {
            let provider = login
                .and_then(|login| login.provider.as_ref())
                .map(|provider| format!("/{provider}"))
                .unwrap_or_default();
            Some(format!("{prefix}/login{provider}?authorization_request={id}"))
        }
        _ => None,
    }
}

fn main_of_app<'a>(
    app: &'a App,
    prefix: &str,
    request: &'a AppGoal,
    again: Option<String>,
    page: Circumstances,
) -> Option<Way<'a>> {
    let home = || request.home().map(|href| Way { text: "Back to", app: Some(request.name(app)), href });
    match request.state {
        RequestState::Open => {
            let same_page = || (page.temporary && page.repeatable).then(String::new);
            let href = again.or_else(same_page)?;
            Some(Way { text: retry_text(page), app: None, href })
        }
        RequestState::Expired | RequestState::OtherBrowser => {
            let again = request.again(prefix).map(|href| Way { text: "Start again", app: None, href });
            again.or_else(home)
        }
        RequestState::Answered => home(),
    }
}

/// The text of the button that begins the login again. A signed-in person is not asked to sign in.
fn retry_text(page: Circumstances) -> &'static str {
    if page.temporary || page.signed_in { "Try again" } else { "Sign in again" }
}

/// The main button of a page that keeps no goal.
fn elsewhere<'a>(prefix: &str, page: Circumstances) -> Way<'a> {
    let (text, href) = if page.temporary && page.repeatable {
        ("Try again", String::new())
    } else if page.signed_in {
        (TO_ACCOUNT, format!("{prefix}/account"))
    } else if page.of_login {
        ("Sign in again", format!("{prefix}/login?choose=1"))
    } else {
        ("Sign in", format!("{prefix}/login?choose=1"))
    };
    Way { text, app: None, href }
}

/// The login page, with the goal of the failed login. `None` if there is one provider only.
fn other_ways<'a>(app: &App, prefix: &str, wanted: &Wanted) -> Option<Way<'a>> {
    let client = wanted.app.as_ref().and_then(|request| app.clients.get(&request.request.client_id));
    let usable = app
        .providers
        .iter()
        .filter(|provider| client.as_ref().is_none_or(|client| client.takes_provider(provider.id())));
    if usable.count() < 2 {
        return None;
    }
    let base = format!("{prefix}/login?");
    let mut address = url::form_urlencoded::Serializer::for_suffix(base.clone(), base.len());
    address.append_pair("choose", "1");
    match &wanted.app {
        Some(AppGoal { id: Some(id), .. }) => drop(address.append_pair("authorization_request", &id.to_string())),
        Some(_) => {}
        None => {
            let return_to = wanted.login.as_ref().and_then(|login| login.return_to.as_deref());
            address.extend_pairs(return_to.map(|target| ("return_to", target)));
        }
    }
    Some(Way { text: "Other ways to sign in", app: None, href: address.finish() })
}
