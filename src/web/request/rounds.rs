//! Ends redirect loops: counts the logins that ended at the same address, in a browser that does not keep the session cookie.
//!
//! The binding cookie is kept, since a login does not complete without it; a second cookie of that kind has the count.

use actix_web::cookie::{SameSite, time};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cookies::{self, SessionCookie, plain, rounds_name, values};
use crate::app::App;
use crate::base::secret::Hashed;

/// So many logins may end at one address before the page is shown.
const MAX_ROUNDS: u32 = 3;
/// `Max-Age` of the cookie. A person who signs in at a provider each time needs longer than a redirect.
const MAX_AGE: time::Duration = time::Duration::minutes(2);
/// The length of the hash of the URL, in characters.
const HASH_LEN: usize = 12;

fn hash(target: &str) -> String {
    URL_SAFE_NO_PAD.encode(Hashed::of(target).as_bytes()).chars().take(HASH_LEN).collect()
}

/// The number of logins that have just ended at this URL.
fn count(app: &App, request: &HttpRequest, target: &str) -> u32 {
    let (name, hash) = (rounds_name(app), hash(target));
    let counts = values(request, &name).filter_map(|value| value.split_once('.'));
    let of_target = counts.filter(|(_, of)| *of == hash).filter_map(|(count, _)| count.parse().ok());
    of_target.max().unwrap_or_default()
}

/// Whether a further login for this URL would be one more round of a loop.
pub fn is_loop(app: &App, request: &HttpRequest, target: &str) -> bool {
    // A site behind a proxy may get no session cookie, although the browser sends it to us.
    let is_site = !target.starts_with('/') && !target.starts_with(app.config.server.public_url.origin());
    let may_be_lost = is_site || matches!(cookies::session(app, request), SessionCookie::Missing);
    may_be_lost && count(app, request, target) >= MAX_ROUNDS
}

/// Counts a login that ends at this URL. In a browser that keeps the session cookie the count has no effect.
pub fn count_one(app: &App, request: &HttpRequest, target: &str, answer: &mut HttpResponse) {
    let value = format!("{}.{}", count(app, request, target).saturating_add(1), hash(target));
    let _always_a_cookie = answer.add_cookie(&plain(app, rounds_name(app), value, SameSite::Lax, MAX_AGE));
}
