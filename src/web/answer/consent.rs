//! The consent page: names the app, the rights of each scope, the target of the answer, and the account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use url::{Host, Url};

use super::page::{Viewing, name_of};
use super::purpose::{Purpose, another_account_link};
use crate::app::App;
use crate::authorize::{AuthorizationRequest, OpenRequest};
use crate::config::ClientsByUrl;
use crate::pages::{Consent, Grant, Unregistered};
use crate::session::SignedIn;
use crate::upstream::Provider;

/// The consent page for an app's authorization request.
pub fn page(viewing: Viewing<'_>, open: &OpenRequest, signed_in: &SignedIn) -> HttpResponse {
    let (app, OpenRequest { request, .. }) = (viewing.app, open);
    let (person, email) = (name_of(signed_in), signed_in.user.profile.email.as_deref());
    let provider = &signed_in.session.provider;
    let page = Consent {
        app: app.clients.name(&request.client_id),
        unregistered: unregistered(app, request),
        person,
        email: email.filter(|email| person.is_some_and(|person| person != *email)),
        provider: app.providers.get(provider).map_or(provider, Provider::name),
        not_you: another_account_link(app, provider, Purpose::App(open)),
        grants: request.scope.split(' ').filter(|scope| !scope.is_empty()).map(Grant::of).collect(),
        resource: resource(app, request),
        host: host(request),
        request: open.id.to_string(),
        shown_to: open.shown_to(app, signed_in).unwrap_or_default(),
    };
    let viewing = viewing.with_ui_locales(request.ui_locales.as_deref()).for_client(Some(&request.client_id));
    viewing.html_leading_away(StatusCode::OK, &page)
}

/// What the page says of a client by URL, whose own statements are not checked.
fn unregistered<'a>(app: &'a App, request: &'a AuthorizationRequest) -> Option<Unregistered<'a>> {
    let said = request.by_url.as_ref()?;
    let own = app.clients.name(&request.client_id);
    Some(Unregistered {
        name: said.name.as_deref(),
        is_listed: app.config.clients_by_url.as_ref().is_some_and(ClientsByUrl::lists_hosts),
        elsewhere: host(request).filter(|host| host != own),
    })
}

/// The name of the protected resource that the tokens are for.
fn resource<'a>(app: &'a App, request: &AuthorizationRequest) -> Option<&'a str> {
    let known = app.config.resource_at(request.resource.as_deref()?)?;
    Some(known.name.as_str())
}

/// The host and port that get the answer. `None` for a loopback address and a private-use scheme: any program on the person's
/// machine can receive what is sent there (RFC 8252 §8.6).
pub(super) fn host(request: &AuthorizationRequest) -> Option<String> {
    let url = Url::parse(&request.redirect_uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let host = url.host_str()?;
    (!is_loopback).then(|| url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_goes_to_a_host_or_to_a_program() {
        for (redirect_uri, expected) in [
            ("https://shop.example/cb?a=b", Some("shop.example")),
            ("https://shop.example:8443/cb", Some("shop.example:8443")),
            ("https://b\u{fc}cher.example/cb", Some("xn--bcher-kva.example")),
            ("http://127.0.0.1:4711/cb", None),
            ("http://[::1]/cb", None),
            ("http://localhost:3000/cb", None),
            ("com.example.tool:/cb", None),
        ] {
            let request = AuthorizationRequest { redirect_uri: redirect_uri.into(), ..AuthorizationRequest::default() };
            assert_eq!(host(&request).as_deref(), expected, "{redirect_uri}");
        }
    }
}
