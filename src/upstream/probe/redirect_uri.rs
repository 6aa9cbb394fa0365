//! Checking the redirect URI: what a login would send is pushed, or asked for without cookies. A provider that knows the redirect
//! URI returns to it with an error such as `login_required`, since the request has `prompt=none`.

use http::{Request, StatusCode, header};
use url::Url;

use super::finding::{Check, Finding};
use super::probe_client::ProbeClient;
use crate::config;
use crate::upstream::client_authentication;
use crate::upstream::client_request::ClientRequest;
use crate::upstream::client_response::{ClientResponse, credentials};
use crate::upstream::error_response::{ProviderError, describe_response};
use crate::upstream::oidc::TrialRequest;
use crate::upstream::oidc::metadata::Metadata;
use crate::upstream::request_remedy::request_remedy;
use crate::upstream::secret_order::Secret;
use crate::upstream::sent::Sent;

/// Error codes that mean: the request is accepted, and the person would have to sign in.
const ACCEPTED: [&str; 4] =
    ["login_required", "interaction_required", "consent_required", "account_selection_required"];
/// Error codes that mean: no login works.
const REJECTED: [&str; 4] = ["invalid_scope", "unauthorized_client", "unsupported_response_type", "invalid_request"];

/// Checks whether the provider accepts the authorization request of a login.
pub async fn check(config: &config::Oidc, metadata: &Metadata, callback: &str, client: &ProbeClient) -> Finding {
    let trial = match TrialRequest::new(config, metadata, callback) {
        Ok(trial) => trial,
        Err(failure) => return Finding::failed(Check::RedirectUri, failure.reason),
    };
    match &trial.pushed {
        Some((endpoint, form)) => push(config, metadata, (endpoint, form), callback, client).await,
        None => ask(&trial.url, callback, client).await,
    }
}

async fn push(
    config: &config::Oidc,
    metadata: &Metadata,
    (endpoint, form): (&str, &[(String, String)]),
    callback: &str,
    client: &ProbeClient,
) -> Finding {
    let method = config.registration.auth_method(&metadata.auth_methods);
    let request = ClientRequest { endpoint, audience: &config.issuer, method, form };
    let built = client_authentication::authenticated(&config.registration, &request, Secret::Current, client.now());
    let Some(built) = built else { return unknown("the pushed request cannot be built") };
    let sent = Sent::of_request(&built);
    let response = match client.send(built).await {
        Ok(response) => response,
        Err(why) => return Finding::failed(Check::Reachable, format!("{endpoint}: {why}")),
    };
    let answer = ClientResponse::new(response, sent, credentials(&config.registration, &request, &[Secret::Current]));
    let status = answer.response.status();
    if let Some(why) = answer.client_rejection() {
        // The check of the client reports it, unless the provider rejects the client only here.
        return Finding::warning(Check::RedirectUri, format!("unknown: {why}"));
    }
    if matches!(status, StatusCode::CREATED | StatusCode::OK) {
        return known(callback);
    }
    if matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND) {
        return rejected(&answer.response, &answer.sent, callback);
    }
    unknown(&answer.describe())
}

async fn ask(url: &str, callback: &str, client: &ProbeClient) -> Finding {
    let request = Request::get(url).header(header::ACCEPT, "text/html").body(Vec::new());
    let Ok(request) = request else { return unknown("the authorization request cannot be built") };
    let mut sent = Sent::default();
    let parameters = Url::parse(url).map(|url| url.query_pairs().into_owned().collect::<Vec<_>>()).unwrap_or_default();
    let confidential =
        parameters.iter().filter(|(name, _)| matches!(name.as_str(), "state" | "nonce" | "code_challenge"));
    confidential.for_each(|(_, value)| sent.add(value));
    let response = match client.send(request).await {
        Ok(response) => response,
        Err(why) => return unknown(&why),
    };
    let status = response.status();
    if status.is_redirection() {
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let target = location.and_then(|location| Url::parse(url).ok()?.join(location).ok());
        return match target.and_then(|target| error_at(&target, callback)) {
            Some(error) => of_error(&error, &sent, callback),
            None => unknown("the provider shows a page instead of returning at once"),
        };
    }
    match status {
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => rejected(&response, &sent, callback),
        StatusCode::OK => match error_in_form(&String::from_utf8_lossy(response.body()), callback) {
            Some(error) => of_error(&error, &sent, callback),
            None => unknown("the provider shows a page instead of returning at once"),
        },
        _ => unknown(&describe_response(&response, &sent)),
    }
}

/// The error in the query or the fragment of a redirect to the callback; `None` for a redirect to another address.
fn error_at(target: &Url, callback: &str) -> Option<ProviderError> {
    let parts: Vec<_> = [target.query(), target.fragment()].into_iter().flatten().collect();
    let pairs: Vec<_> = parts.iter().flat_map(|part| url::form_urlencoded::parse(part.as_bytes())).collect();
    let value = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_ref());
    let mut base = target.clone();
    base.set_fragment(None);
    base.set_query(None);
    let is_callback = callback.split('?').next() == Some(base.as_str());
    is_callback.then(|| ProviderError::new(value("error").unwrap_or_default(), value("error_description")))
}

/// The error in a form for the callback (`response_mode=form_post`).
fn error_in_form(page: &str, callback: &str) -> Option<ProviderError> {
    let page = page.replace("&#x2F;", "/").replace("&#47;", "/").replace("&#x3A;", ":");
    let is_callback = page.contains(callback);
    let value = |name: &str| {
        let (before, after) = page.split_once(&format!("name=\"{name}\""))?;
        let mut tag = before.rsplit('<').next().into_iter().chain(after.split('>').next());
        tag.find_map(|part| part.split_once("value=\"")?.1.split('"').next().map(str::to_owned))
    };
    let error = value("error").filter(|_| is_callback)?;
    Some(ProviderError::new(&error, value("error_description").as_deref()))
}

fn of_error(error: &ProviderError, sent: &Sent, callback: &str) -> Finding {
    if ACCEPTED.contains(&error.code()) {
        return known(callback);
    }
    let description = error.describe(sent);
    if REJECTED.contains(&error.code()) {
        let remedy = request_remedy(error, callback);
        let text = format!("the provider rejects the authorization request of a login{description}: {remedy}");
        return Finding::failed(Check::RedirectUri, text);
    }
    unknown(&format!("the provider returned with another error{description}"))
}

fn rejected(response: &http::Response<Vec<u8>>, sent: &Sent, callback: &str) -> Finding {
    let error = ProviderError::find(response).unwrap_or_default();
    let (description, remedy) = (describe_response(response, sent), request_remedy(&error, callback));
    Finding::failed(Check::RedirectUri, format!("the authorization request of a login is {description}: {remedy}"))
}

fn known(callback: &str) -> Finding {
    Finding::good(Check::RedirectUri, format!("the provider knows {callback}"))
}

fn unknown(why: &str) -> Finding {
    Finding::note(Check::RedirectUri, format!("unknown whether the redirect URI is registered: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLBACK: &str = "https://gw.example/callback/op";

    #[test]
    fn the_error_is_read_from_redirects_to_the_callback_only() {
        let code = |target: &str| {
            let error = error_at(&Url::parse(target).expect("a URL"), CALLBACK);
            error.map(|error| error.code().to_owned())
        };
        assert_eq!(
            code("https://gw.example/callback/op?error=login_required&state=s").as_deref(),
            Some("login_required")
        );
        assert_eq!(code("https://gw.example/callback/op#error=login_required").as_deref(), Some("login_required"));
        assert_eq!(code("https://gw.example/callback/op").as_deref(), Some(""));
        for other in ["https://op.example/login?error=login_required", "https://gw.example/callback/op2?error=x"] {
            assert_eq!(code(other), None, "{other}");
        }
    }

    #[test]
    fn the_error_is_read_from_a_form_for_the_callback() {
        let form = format!(
            "<form method=\"post\" action=\"{CALLBACK}\"><input type=\"hidden\" name=\"error\" value=\"login_required\"/></form>"
        );
        assert_eq!(
            error_in_form(&form, CALLBACK).map(|error| error.code().to_owned()).as_deref(),
            Some("login_required")
        );
        assert_eq!(error_in_form("<form><input name=\"user\"></form>", CALLBACK), None);
        assert_eq!(error_in_form(&form, "https://other.example/cb"), None);
    }
}
