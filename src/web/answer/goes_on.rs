//! `sessions.cookie.same_site = "Strict"`: the page that continues by itself to the requested URL.
//!
//! A browser does not send such a cookie with a navigation that another site began, and redirects do not change that. The
//! next request after this page begins at our own site, so that it carries the cookie.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use super::negotiate;
use super::page::Viewing;
use crate::app::App;
use crate::pages::Continue;

/// The parameter that marks a URL to which the page has continued. The page continues to it once.
const MARK: &str = "from_here=1";

/// The site that began a request, by its Fetch Metadata headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BegunBy {
    /// Another site, or the browser does not say: browsers from before 2023 do not.
    OtherSiteOrUnknown,
    /// Another site, as the browser says.
    OtherSite,
}

/// The page, if the request is a navigation that another site began. An address with the mark, to which a page of ours
/// has gone on, should come from our own site; if the browser says that it does not, the page waits for the person.
/// The caller has checked that the session cookie is `Strict` and missing.
pub fn page(app: &App, request: &HttpRequest, begun_by: BegunBy) -> Option<HttpResponse> {
    let query = request.query_string();
    let is_marked = query.split('&').any(|pair| pair == MARK);
    let is_navigation = request.method() == Method::GET && !negotiate::wants_json_only(request);
    let begun_by = if is_marked { BegunBy::OtherSite } else { begun_by };
    if !is_navigation || !is_from_other_site(request, begun_by) {
        return None;
    }
    let next = match query {
        "" => format!("?{MARK}"),
        _ if is_marked => format!("?{query}"),
        _ => format!("?{query}&{MARK}"),
    };
    let refresh = HeaderValue::from_str(&format!("0;url={next}")).ok()?;
    let page = Continue { next, by_itself: !is_marked };
    let mut answer = Viewing::new(app, request).html(StatusCode::OK, &page);
    if !is_marked {
        answer.headers_mut().insert(header::REFRESH, refresh);
    }
    Some(answer)
}

/// Whether another site began the navigation of a whole window. A page in a frame cannot be shown (`X-Frame-Options`), and
/// goes without the cookie.
fn is_from_other_site(request: &HttpRequest, begun_by: BegunBy) -> bool {
    let said = |name: &'static str| negotiate::header_text(request, HeaderName::from_static(name));
    let is_window = said("sec-fetch-dest").is_none_or(|destination| destination == "document");
    let site = said("sec-fetch-site");
    let from_other_site = site.map_or(begun_by == BegunBy::OtherSiteOrUnknown, |site| site == "cross-site");
    is_window && from_other_site
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_a_window_that_another_site_navigated_needs_the_page() {
        let (either, said) = (BegunBy::OtherSiteOrUnknown, BegunBy::OtherSite);
        for (site, destination, expected) in [
            (Some("cross-site"), Some("document"), (true, true)),
            (Some("cross-site"), None, (true, true)),
            (None, None, (true, false)),
            (Some("cross-site"), Some("iframe"), (false, false)),
            (Some("cross-site"), Some("empty"), (false, false)),
            (Some("same-site"), Some("document"), (false, false)),
            (Some("same-origin"), Some("document"), (false, false)),
            (Some("none"), Some("document"), (false, false)),
        ] {
            let mut request = TestRequest::default();
            for (name, value) in [("sec-fetch-site", site), ("sec-fetch-dest", destination)] {
                if let Some(value) = value {
                    request = request.insert_header((name, value));
                }
            }
            let request = request.to_http_request();
            let found = (is_from_other_site(&request, either), is_from_other_site(&request, said));
            assert_eq!(found, expected, "{site:?} {destination:?}");
        }
    }
}
