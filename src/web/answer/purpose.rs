//! What a login is for, and the links that begin it.

use super::page::prefix;
use crate::app::App;
use crate::authorize::OpenRequest;

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
