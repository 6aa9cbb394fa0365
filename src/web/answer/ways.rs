//! The ways on from the page of a refusal. Each keeps what the person wanted.

use std::borrow::Cow;

use super::app_goal::{AppGoal, RequestState};
use super::consent::host;
use super::purpose::{login_path, with_another_account};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::login::Goal;
use crate::pages::{Back, Way, WayText, Ways};

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

/// The buttons of the page, by the refusal and the request.
pub(super) fn of<'a>(app: &'a App, prefix: &str, wanted: &'a Wanted, page: Circumstances, now: Timestamp) -> Ways<'a> {
    let (login, request) = (wanted.login.as_ref(), wanted.app.as_ref());
    let back =
        request.and_then(|request| request.leave(app, now).map(|leave| Back { app: recipient(app, request), leave }));
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
    let account = page.signed_in && main.as_ref().is_none_or(|main| main.text != WayText::ToAccount);
    Ways { main, another, back, account }
}

/// The text of the button that sends the app its error response. An app that the operator does not know may name another site
/// as its own, so the person sees the address.
fn recipient<'a>(app: &'a App, request: &'a AppGoal) -> Cow<'a, str> {
    let name = Cow::Borrowed(request.name(app));
    if app.clients.is_known_to_operator(&request.request.client_id) {
        return name;
    }
    host(&request.request).map_or(name, Cow::Owned)
}

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
    let home = || request.home().map(|href| Way { text: WayText::ToApp, app: Some(request.name(app)), href });
    match request.state {
        RequestState::Open => {
            let same_page = || (page.temporary && page.repeatable).then(String::new);
            let href = again.or_else(same_page)?;
            Some(Way { text: retry_text(page), app: None, href })
        }
        RequestState::Expired | RequestState::OtherBrowser => {
            let again = request.again(prefix).map(|href| Way { text: WayText::StartAgain, app: None, href });
            again.or_else(home)
        }
        RequestState::Answered => home(),
    }
}

/// The text of the button that begins the login again. A signed-in person is not asked to sign in.
fn retry_text(page: Circumstances) -> WayText {
    if page.temporary || page.signed_in { WayText::TryAgain } else { WayText::SignInAgain }
}

/// The main button of a page that keeps no goal.
fn elsewhere<'a>(prefix: &str, page: Circumstances) -> Way<'a> {
    let (text, href) = if page.temporary && page.repeatable {
        (WayText::TryAgain, String::new())
    } else if page.signed_in {
        (WayText::ToAccount, format!("{prefix}/account"))
    } else if page.of_login {
        (WayText::SignInAgain, format!("{prefix}/login?choose=1"))
    } else {
        (WayText::SignIn, format!("{prefix}/login?choose=1"))
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
    Some(Way { text: WayText::OtherWays, app: None, href: address.finish() })
}
