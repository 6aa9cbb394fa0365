//! The table of routes of the public listener. The routing is built from it, and [`guard`] decides by it which requests
//! reach a handler.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{HttpServiceFactory, ServiceRequest};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Resource};

use super::cors;
use super::guard::guard;
use super::route::{Access, Entry, Limit, OriginRule, Row, Surface};
use super::spelling;
use crate::app::App;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::{assets, page};
use crate::web::endpoint::{
    account, account_ends, app_ways, authorize, backchannel_logout, brand, chooser, consent, delete_account, discovery,
    identities, introspection, language, login, logout, metadata, own_data, par, provider_token, providers,
    resource_metadata, revocation, session, sessions, spa_flow, start_again, status_list, token, userinfo, verify,
};

use crate::web::answer::goes_on::BegunBy::{OtherSite, OtherSiteOrUnknown};
use crate::web::request::credentials;
use crate::web::request::matched::Matched;
use Access::{Account, Browser, BuiltIn, Client, Cookie, LogoutToken, Open, OpenId, Site};

/// Every endpoint of the public listener. A `POST` or `DELETE` that accepts the session cookie requires a listed origin
/// by default ([`Entry`]).
pub static ROUTES: &[Row] = &[
    Row::page("/", &[Entry::read(Open, || web::to(home))]),
    Row::program("/providers", &[Entry::read(Open, || web::to(providers::list))]),
    // Login in the browser flow.
    Row::page(
        "/login",
        &[
            Entry::read(Browser, || web::to(chooser::choose)).reads_session_after(OtherSiteOrUnknown),
            Entry::post(Browser, || web::to(chooser::by_email)).from(OriginRule::Listed).limited(Limit::Login),
        ],
    ),
    Row::page(
        "/login/{provider}",
        &[
            Entry::get(Browser, || web::to(login::begin)).limited(Limit::Login),
            Entry::post(Open, || web::to(login::begin_by_form)).limited(Limit::Form),
        ],
    ),
    Row::page(
        "/callback/{provider}",
        &[
            Entry::get(Browser, || web::to(login::callback))
                .limited(Limit::Callback)
                .reads_session_after(OtherSiteOrUnknown),
            Entry::post(Open, || web::to(login::callback_by_form)).limited(Limit::Callback),
        ],
    ),
    // Login in the SPA flow. Existing frontends use the trailing slash; both spellings work.
    Row::program("/oauth2/url/", &[Entry::get(Browser, || web::to(spa_flow::url)).limited(Limit::Login).cors()]),
    Row::program("/oauth2/url", &[Entry::get(Browser, || web::to(spa_flow::url)).limited(Limit::Login).cors()]),
    // The content type selects: JSON is the SPA flow, with `state` and `code`; a form is an OAuth 2.1 token request.
    Row::program(
        "/oauth2/token/",
        &[Entry::post(Client, || web::to(token::token)).limited(Limit::CallbackUnlessForm).cors()],
    ),
    Row::program(
        "/oauth2/token",
        &[Entry::post(Client, || web::to(token::token)).limited(Limit::CallbackUnlessForm).cors()],
    ),
    // Logout.
    Row::page(
        "/logout",
        &[
            // A request that names no site is a server's.
            Entry::get(Browser, || web::to(logout::by_link)).reads_session_after(OtherSite),
            Entry::post(Browser, || web::to(logout::by_form)).from(OriginRule::Asked).cors(),
        ],
    ),
    Row::page("/logout/confirm", &[Entry::post(Browser, || web::to(logout::confirmed)).from(OriginRule::Listed)]),
    Row::page("/logout/provider", &[Entry::get(Open, || web::to(logout::to_provider))]),
    Row::page("/language", &[Entry::post(Open, || web::to(language::choose)).from(OriginRule::Listed)]),
    Row::page("/logout/done", &[Entry::get(Open, || web::to(logout::done))]),
    Row::page("/logout/callback/{provider}", &[Entry::get(Browser, || web::to(logout::returned))]),
    Row::oauth("/backchannel-logout/{provider}", &[Entry::post(LogoutToken, || web::to(backchannel_logout::take))]),
    // The account page and its forms. Each row at and below `/account` takes the session cookie only and has no CORS
    // (`tests/it/guard/walk.rs`): an access token must not change the account.
    Row::page("/account", &[Entry::read(Cookie, || web::to(account::show)).reads_session_after(OtherSiteOrUnknown)]),
    Row::page(
        "/account/sessions/end-others",
        &[
            Entry::read(Cookie, || web::to(account_ends::ask_others)),
            Entry::post(Cookie, || web::to(account_ends::end_others)),
        ],
    ),
    Row::page(
        "/account/sessions/{id}/end",
        &[
            Entry::read(Cookie, || web::to(account_ends::ask_session)),
            Entry::post(Cookie, || web::to(account_ends::end_session)),
        ],
    ),
    Row::page(
        "/account/apps/{id}/end",
        &[
            Entry::read(Cookie, || web::to(account_ends::ask_app)),
            Entry::post(Cookie, || web::to(account_ends::end_app)),
        ],
    ),
    Row::page(
        "/account/consents/{id}/withdraw",
        &[
            Entry::read(Cookie, || web::to(account_ends::ask_withdraw)),
            Entry::post(Cookie, || web::to(account_ends::withdraw)),
        ],
    ),
    Row::page(
        "/account/identities/{provider}/link",
        &[
            Entry::get(Cookie, || web::to(account::confirm_link)),
            Entry::post(Cookie, || web::to(account::link)).limited(Limit::Login),
        ],
    ),
    Row::page(
        "/account/identities/{id}/unlink",
        &[Entry::get(Cookie, || web::to(account::confirm_unlink)), Entry::post(Cookie, || web::to(account::unlink))],
    ),
    Row::page(
        "/account/delete",
        &[
            Entry::get(Cookie, || web::to(delete_account::ask)),
            Entry::post(Cookie, || web::to(delete_account::delete)).limited(Limit::Token),
        ],
    ),
    Row::page("/account-deleted/{proof}", &[Entry::get(Open, || web::to(delete_account::done))]),
    Row::page("/account/data", &[Entry::read(Cookie, || web::to(own_data::show)).limited(Limit::Token)]),
    Row::page("/account/identities/{id}/keep", &[Entry::post(Cookie, || web::to(account::cancel_removal))]),
    // The session, and the user's account as JSON.
    Row::program("/session", &[Entry::read(BuiltIn, || web::to(session::show)).cors().by_cached_session()]),
    Row::page(
        "/session/start-again",
        &[Entry::post(Browser, || web::to(start_again::start_again)).from(OriginRule::Listed)],
    ),
    Row::program("/session/token", &[Entry::post(Cookie, || web::to(session::token)).limited(Limit::Token).cors()]),
    Row::program(
        "/sessions",
        &[
            Entry::read(Account, || web::to(sessions::list)).cors(),
            Entry::delete(Account, || web::to(sessions::end_many)).cors(),
        ],
    ),
    Row::program("/sessions/{id}", &[Entry::delete(Account, || web::to(sessions::end_one)).cors()]),
    Row::program("/identities", &[Entry::read(Account, || web::to(identities::list)).cors()]),
    Row::program(
        "/identities/{which}",
        &[
            Entry::post(Account, || web::to(identities::link)).limited(Limit::Login).cors(),
            Entry::delete(Account, || web::to(identities::unlink)).cors(),
        ],
    ),
    Row::program("/identities/{id}/keep", &[Entry::post(Account, || web::to(identities::cancel_removal)).cors()]),
    Row::program(
        "/identities/{provider}/token",
        &[Entry::get(Account, || web::to(provider_token::show)).limited(Limit::Token).cors()],
    ),
    // Sites behind a reverse proxy. Envoy puts the path of the request to the site behind ours.
    Row::program("/verify", &[Entry::any(Site, || web::to(verify::verify))]),
    Row::program("/verify/{path:.*}", &[Entry::any(Site, || web::to(verify::verify_behind))]),
    // OpenID Connect and OAuth 2.0 for apps.
    Row::program(
        "/userinfo",
        &[
            Entry::read(OpenId, || web::to(userinfo::show)).cors(),
            Entry::post(OpenId, || web::to(userinfo::show)).cors(),
        ],
    ),
    Row::page(
        "/oauth2/authorize",
        &[
            Entry::get(Browser, || web::to(authorize::authorize))
                .limited(Limit::Authorize)
                .reads_session_after(OtherSiteOrUnknown),
            Entry::post(Open, || web::to(authorize::authorize_by_form)).limited(Limit::Form),
        ],
    ),
    Row::page(
        "/oauth2/authorize/agree",
        &[
            Entry::get(Browser, || web::to(consent::show)).limited(Limit::Authorize),
            Entry::post(Browser, || web::to(consent::decide)).from(OriginRule::Listed).limited(Limit::Authorize),
        ],
    ),
    // The ways on from pages that an app's request led to.
    Row::page("/oauth2/authorize/again", &[Entry::get(Browser, || web::to(app_ways::again)).limited(Limit::Authorize)]),
    Row::page(
        "/oauth2/authorize/leave",
        &[Entry::post(Browser, || web::to(app_ways::leave)).from(OriginRule::Listed).limited(Limit::Authorize)],
    ),
    Row::oauth("/oauth2/par", &[Entry::post(Client, || web::to(par::push)).cors()]),
    Row::oauth("/oauth2/introspect", &[Entry::post(Client, || web::to(introspection::introspect))]),
    Row::oauth("/oauth2/revoke", &[Entry::post(Client, || web::to(revocation::revoke)).cors()]),
    // Public documents and static files.
    Row::program(metadata::OPENID, &[Entry::read(Open, || web::to(metadata::show)).public()]),
    Row::program(metadata::OAUTH, &[Entry::read(Open, || web::to(metadata::show)).public()]),
    Row::program(resource_metadata::PATH, &[Entry::read(Open, || web::to(resource_metadata::show)).public()]),
    Row::program("/.well-known/jwks.json", &[Entry::read(Open, || web::to(discovery::jwks)).public()]),
    Row::program("/status-lists/{number}", &[Entry::read(Open, || web::to(status_list::show)).public()]),
    Row::program(assets::STYLE_PATH, &[Entry::read(Open, || web::to(assets::style))]),
    Row::program(assets::ICON_PATH, &[Entry::read(Open, || web::to(assets::icon))]),
    Row::program("/assets/brand/{file}", &[Entry::read(Open, || web::to(brand::show))]),
    Row::program("/favicon.ico", &[Entry::read(Open, || web::to(assets::favicon))]),
];

/// Registers the routes under `prefix`, the path of `server.public_url`.
pub fn public(routes: &mut ServiceConfig, prefix: &str) {
    let mut scope = web::scope(prefix);
    // actix tries them in order, and a pattern costs a regular expression.
    let (patterns, paths): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|row| row.path.contains('{'));
    for row in paths.into_iter().chain(patterns) {
        scope = scope.service(resource(prefix, row.path, row));
        if let Some(path) = spelling::with_slash(row) {
            scope = scope.service(handlers(spelling::posted(web::resource(&*path)), prefix, &path, row));
        }
        if row.path == "/" && !prefix.is_empty() {
            // The path of the issuer has no slash at its end.
            routes.service(resource("", prefix, row));
        }
        if row.path == metadata::OAUTH && !prefix.is_empty() {
            // RFC 8414 §3.1: the well-known path stands before the path of the issuer.
            routes.service(resource("", &format!("{}{prefix}", row.path), row));
        }
    }
    routes.service(scope.default_service(web::to(nothing_here))).default_service(web::to(nothing_here));
}

/// The handlers of a row at `path` in the scope of `prefix`.
fn resource(prefix: &str, path: &str, row: &'static Row) -> impl HttpServiceFactory + use<> {
    handlers(web::resource(path), prefix, path, row)
}

/// The handlers of a row, wrapped in the guard. Methods without an entry get 405.
fn handlers(mut resource: Resource, prefix: &str, path: &str, row: &'static Row) -> impl HttpServiceFactory + use<> {
    for entry in row.entries {
        resource = resource.route(entry.route());
    }
    if !row.cors_methods().is_empty() {
        let answer = move |app: Data<App>, request: HttpRequest| async move { cors::preflight(&app, &request, row) };
        resource = resource.route(web::method(actix_web::http::Method::OPTIONS).to(answer));
    }
    let refuse = move |request: HttpRequest| async move { method_not_allowed(row, &request).await };
    let pattern: Rc<str> = format!("{prefix}{path}").into();
    let checked = move |request: ServiceRequest, next: Next<BoxBody>| {
        request.extensions_mut().insert(Matched(Rc::clone(&pattern)));
        guard(row, request, next)
    };
    resource.default_service(web::to(refuse)).wrap(from_fn(checked))
}

async fn method_not_allowed(row: &Row, request: &HttpRequest) -> HttpResponse {
    let problem = Problem::method_not_allowed(row.allow());
    if let Some(app) = request.app_data::<Data<App>>() {
        credentials::note_viewer(app, request, &problem).await;
    }
    match row.surface {
        Surface::Page => problem.for_browser(request),
        Surface::Program => problem.for_program(request),
        Surface::OAuth => problem.for_oauth(request),
    }
}

async fn home(app: Data<App>) -> HttpResponse {
    page::see_other(&format!("{}/account", app.config.server.public_url.prefix()))
}

/// The answer at an unknown path, unless it is another spelling of a known one.
async fn nothing_here(app: Data<App>, request: HttpRequest) -> HttpResponse {
    if let Some(redirect) = spelling::redirect(&request) {
        return redirect;
    }
    let problem = Problem::from(Refusal::NotFound);
    credentials::note_viewer(&app, &request, &problem).await;
    problem.for_anyone(&request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::request::expired_cookies::COOKIE_PATHS;

    /// A cookie that a sibling domain set for one of these paths is removed by the page for two sessions.
    #[test]
    fn every_path_whose_handler_may_read_the_session_cookie_is_listed() {
        let may_read = |entry: &Entry| matches!(entry.access, Cookie | Account | BuiltIn | Browser);
        for row in ROUTES.iter().filter(|row| row.entries.iter().any(may_read)) {
            let literal = row.path.split('{').next().unwrap_or_default().trim_end_matches('/');
            assert!(COOKIE_PATHS.contains(&literal), "{literal}");
        }
    }
}
