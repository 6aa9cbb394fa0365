//! Refusals that are explained to the developer of an app: in `error_description`, and by one event.

use actix_web::HttpRequest;

pub use super::explained::AppRefusal;
use super::negotiate;
use super::problem::Problem;
use super::refusals::Refusal;
use crate::base::event::Event;
use crate::telemetry;

/// The longest client id in the log, in characters.
pub const MAX_CLIENT: usize = 100;
/// The longest redirect URI in the log, in characters.
const MAX_URI: usize = 300;

/// The parameters that an app has sent, as they are logged.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppRequest<'a> {
    /// The `client_id`, also an unknown one.
    pub client_id: Option<&'a str>,
    /// The redirect URI, or the post-logout redirect URI.
    pub redirect_uri: Option<&'a str>,
}

/// Records that an app's request was refused, once for each request. Limits and outages have lines of their own, and so have
/// failed client authentications.
pub fn record(request: &HttpRequest, sent: AppRequest<'_>, problem: &Problem) {
    let text = problem.text();
    let is_of_client = matches!(problem.refusal(), Refusal::ClientRefused | Refusal::ClientRefusedInForm);
    if is_of_client || text.status == 429 || text.status >= 500 {
        return;
    }
    let (parameter, reason) = match problem.explanation() {
        Some(explained) => (explained.parameter, explained.description),
        None => ("", text.title),
    };
    record_told(request, sent, parameter, text.oauth_error, reason);
}

/// Records an error that the app learns in another way than by a refusal, as by a redirect.
pub fn record_told(
    request: &HttpRequest,
    sent: AppRequest<'_>,
    parameter: &'static str,
    error: &'static str,
    reason: &str,
) {
    telemetry::record(&Event::AppRequestRefused {
        client: sent.client_id.map(|id| bounded(id, MAX_CLIENT)),
        parameter,
        redirect_uri: sent.redirect_uri.map(|uri| bounded(&without_query(uri), MAX_URI)),
        error,
        reason: reason.to_owned(),
        reference: negotiate::request_id(request),
    });
}

/// An address without its query and fragment, which may contain codes and tokens.
pub fn without_query(uri: &str) -> String {
    match uri.find(['?', '#']) {
        Some(end) => format!("{}...", uri.get(..=end).unwrap_or_default()),
        None => uri.to_owned(),
    }
}

/// A text from outside for the log: printable ASCII, and everything else escaped; cut after `most` characters.
pub fn bounded(text: &str, most: usize) -> String {
    let mut bounded = String::new();
    for (place, character) in text.chars().enumerate() {
        if place == most {
            bounded.push_str("...");
            break;
        }
        match character {
            ' '..='~' => bounded.push(character),
            other => bounded.extend(other.escape_default()),
        }
    }
    bounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_fragments_are_left_out() {
        assert_eq!(without_query("https://a.example/cb?code=secret#x"), "https://a.example/cb?...");
        assert_eq!(without_query("https://a.example/cb#access_token=secret"), "https://a.example/cb#...");
        assert_eq!(without_query("https://a.example/cb"), "https://a.example/cb");
    }

    #[test]
    fn texts_from_outside_are_bounded_and_escaped() {
        assert_eq!(bounded("web", 10), "web");
        assert_eq!(bounded("a\nb\u{0}\u{202e}ä", 10), "a\\nb\\u{0}\\u{202e}\\u{e4}");
        assert_eq!(bounded(&"x".repeat(11), 10), format!("{}...", "x".repeat(10)));
        assert_eq!(bounded(&"x".repeat(10), 10), "x".repeat(10));
        assert_eq!(bounded("", 10), "");
    }
}
