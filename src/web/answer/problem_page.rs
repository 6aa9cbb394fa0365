//! The page for a refusal, and the links on it that keep what the person wanted to do.

use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::assets::STYLE_PATH;
use super::page::{html, prefix};
use super::pages::login_path;
use crate::app::App;
use crate::login::Goal;

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
