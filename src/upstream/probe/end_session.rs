//! Checking the way back from a logout at the provider: its `end_session_endpoint` is asked without cookies and without an ID
//! token (OpenID Connect RP-Initiated Logout 1.0 §2).

use http::{Request, StatusCode, header};
use url::Url;

use super::finding::{Check, Finding};
use super::probe_client::ProbeClient;
use crate::config::{self, ProviderLogout};
use crate::upstream::error_response::describe_response;
use crate::upstream::oidc::metadata::Metadata;
use crate::upstream::sent::Sent;

/// Checks whether the provider returns to us after a logout; `None` if no logout is sent there.
pub async fn check(
    config: &config::Oidc,
    metadata: &Metadata,
    logout_callback: &str,
    client: &ProbeClient,
) -> Option<Finding> {
    let registration = &config.registration;
    if registration.logout != ProviderLogout::Provider {
        return None;
    }
    let mut url = metadata.end_session_endpoint.clone()?;
    let back = registration.post_logout_redirect_uri.as_ref().map_or(logout_callback, Url::as_str);
    let known = [("client_id", registration.client_id.as_str()), (registration.post_logout_parameter.as_str(), back)];
    url.query_pairs_mut().extend_pairs(known);
    let request = Request::get(url.as_str()).header(header::ACCEPT, "text/html").body(Vec::new()).ok()?;
    let response = match client.send(request).await {
        Ok(response) => response,
        Err(why) => return Some(Finding::warning(Check::Logout, format!("the end_session_endpoint: {why}"))),
    };
    let status = response.status();
    if status.is_redirection() && leads_to(&url, &response, back) {
        return Some(Finding::good(Check::Logout, format!("a logout there returns to {back}")));
    }
    let description = describe_response(&response, &Sent::default());
    Some(if matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND) {
        let text = format!(
            "the end_session_endpoint {description}: register {back} as a post-logout redirect URI for this client there; or this \
             provider wants an ID token, which the probe has not"
        );
        Finding::warning(Check::Logout, text)
    } else {
        let status = status.as_u16();
        Finding::note(Check::Logout, format!("unknown whether a logout there returns to {back}: answered {status}"))
    })
}

fn leads_to(url: &Url, response: &http::Response<Vec<u8>>, back: &str) -> bool {
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| url.join(location).ok());
    let without_query = |url: &Url| url.as_str().split(['?', '#']).next().map(str::to_owned);
    let back = Url::parse(back).ok();
    target.is_some_and(|target| back.is_some_and(|back| without_query(&target) == without_query(&back)))
}
