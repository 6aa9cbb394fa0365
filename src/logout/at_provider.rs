//! `logout = "provider"`: after a session has ended here, the browser is sent to the provider's `end_session_endpoint`
//! (OpenID Connect RP-Initiated Logout 1.0, as a relying party) and returns to its target.
//!
//! Nothing is stored meanwhile: the target is sealed in `state`, bound to the browser, and valid for ten minutes.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use url::Url;

use super::request::Request;
use super::store::{self, Upstream};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, QueryResult};
use crate::base::id::SessionId;
use crate::base::seal::Ring;
use crate::base::secret::{Hashed, Plain};
use crate::config::Registration;
use crate::session;
use crate::upstream::Provider;

/// How long a logout waits for the metadata of a provider.
pub(super) const METADATA_WAIT: Duration = Duration::from_secs(1);
/// How long the `state` is valid.
const STATE_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// A second logout within this time is sent to the provider too: after a double click the browser follows the second
/// answer.
const DOUBLE_CLICK_WINDOW: TimeDelta = TimeDelta::minutes(1);
/// The maximum length of a URL that servers and proxies accept by default.
const MAX_URL_LEN: usize = 7 * 1024;

/// A sign-in that ends, whose provider has `logout = "provider"`.
pub struct EndingSignIn {
    session: SessionId,
    upstream: Upstream,
}

impl EndingSignIn {
    /// The session that ends.
    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    /// The id of its provider.
    pub(super) fn provider(&self) -> &str {
        &self.upstream.provider
    }
}

/// Finds the sign-in of a browser before it is ended.
pub(super) fn find_ending(
    conn: &mut Conn,
    of_browser: SignInOfBrowser,
    now: Timestamp,
) -> QueryResult<Option<EndingSignIn>> {
    let SignInOfBrowser { session, proven } = of_browser;
    let lately = now.checked_sub_signed(DOUBLE_CLICK_WINDOW).unwrap_or(Timestamp::UNIX_EPOCH);
    let upstream = store::upstream(conn, session, lately, proven)?;
    Ok(upstream.map(|upstream| EndingSignIn { session, upstream }))
}

/// The sign-in that may have to end at its provider.
#[derive(Clone, Copy)]
pub(super) struct SignInOfBrowser {
    /// The session that the cookie names.
    pub session: SessionId,
    /// Whether an ID token proves that the session's user asks; the cookie alone may have been copied.
    pub proven: bool,
}

/// Whether any provider has `logout = "provider"`; if none has, no session is read for it.
pub(super) fn is_wanted(app: &App) -> bool {
    app.providers.iter().any(Provider::logs_out_at_provider)
}

/// The content of the sealed `state`.
#[derive(Serialize, Deserialize)]
struct LogoutState {
    /// The target of the browser after the logout.
    request: Request,
    /// The hash of the browser's binding cookie.
    binding: String,
    /// When it expires, in epoch seconds.
    until: i64,
}

/// The URL of the provider's logout for a browser that was signed out here; `None` if the provider has
/// `logout = "local"`, or its metadata is not available in time. `binding`: the browser's binding cookie.
pub async fn url_at_provider(
    app: &App,
    ending: &EndingSignIn,
    asked: &Request,
    binding: Hashed,
    now: Timestamp,
) -> Option<String> {
    let ring = &app.config.ring;
    let provider = app.providers.get(&ending.upstream.provider).filter(|provider| provider.logs_out_at_provider())?;
    let sealed = ending.upstream.id_token.as_deref();
    let id_token = sealed.and_then(|sealed| session::open_upstream_id_token(ring, ending.session, sealed));
    let request = Request { hint: None, ..asked.clone() };
    let logout_state =
        LogoutState { request, binding: in_text(binding.as_bytes()), until: (now + STATE_LIFETIME).timestamp() };
    let state = logout_state.seal(ring, provider.id());
    address(app, provider, id_token.as_ref(), state.as_deref(), now).await
}

/// The URL of the provider's logout for a session: with all parameters if the provider has `logout = "provider"`,
/// otherwise the plain endpoint. `None` if the provider has none.
pub(super) async fn address_of(app: &App, session: SessionId, upstream: &Upstream, now: Timestamp) -> Option<String> {
    let provider = app.providers.get(&upstream.provider)?;
    if !provider.logs_out_at_provider() {
        return tokio::time::timeout(METADATA_WAIT, provider.end_session_endpoint(now)).await.ok().flatten();
    }
    let sealed = upstream.id_token.as_deref();
    let id_token = sealed.and_then(|sealed| session::open_upstream_id_token(&app.config.ring, session, sealed));
    address(app, provider, id_token.as_ref(), None, now).await
}

async fn address(
    app: &App,
    provider: &Provider,
    id_token: Option<&Plain>,
    state: Option<&str>,
    now: Timestamp,
) -> Option<String> {
    // After the timeout the fetch continues in the background.
    let endpoint = tokio::time::timeout(METADATA_WAIT, provider.end_session_endpoint(now)).await.ok().flatten()?;
    let endpoint = Url::parse(&endpoint).ok()?;
    let ours = app.config.server.public_url.logout_callback(provider.id());
    // Providers answer with an error page to a hint whose key they have deleted, and ask the person without a hint.
    let id_token = id_token.filter(|id_token| provider.verifies_hint(id_token));
    Some(written(&endpoint, provider.registration(), &ours, id_token.map(Plain::expose), state))
}

/// The logout request (RP-Initiated Logout 1.0 §2). If it is too long, parameters are left out, the hint first: then the
/// provider asks the person.
fn written(
    endpoint: &Url,
    registration: &Registration,
    ours: &str,
    id_token: Option<&str>,
    state: Option<&str>,
) -> String {
    let back = registration.post_logout_redirect_uri.as_ref().map_or(ours, Url::as_str);
    let with = |id_token: Option<&str>, state: Option<&str>| {
        let mut url = endpoint.clone();
        let known = [("client_id", &*registration.client_id), (&*registration.post_logout_parameter, back)];
        url.query_pairs_mut().extend_pairs(known);
        let optional = [("id_token_hint", id_token), ("state", state)];
        url.query_pairs_mut().extend_pairs(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
        String::from(url)
    };
    let tries = [(id_token, state), (None, state)];
    let short = tries.into_iter().map(|(id_token, state)| with(id_token, state)).find(|url| url.len() <= MAX_URL_LEN);
    short.unwrap_or_else(|| with(None, None))
}

/// The target of a browser that returns with that `state`: the client's URL, if it is still registered. `None` for any
/// other `state`, which gets our own page (LO-27).
pub fn request_of_state(
    app: &App,
    provider: &str,
    state: &str,
    binding: Option<Hashed>,
    now: Timestamp,
) -> Option<Request> {
    let logout_state = LogoutState::open(&app.config.ring, provider, state)?;
    let bound = URL_SAFE_NO_PAD.decode(&logout_state.binding).ok()?;
    (binding?.matches(&bound) && now.timestamp() < logout_state.until).then_some(logout_state.request)
}

impl LogoutState {
    fn seal(&self, ring: &Ring, provider: &str) -> Option<String> {
        let json = serde_json::to_vec(self).ok()?;
        Some(in_text(&ring.seal(&sealed_for(provider), &json)))
    }

    fn open(ring: &Ring, provider: &str, sealed: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        serde_json::from_slice(&ring.open(&sealed_for(provider), &sealed).ok()?).ok()
    }
}

fn sealed_for(provider: &str) -> String {
    format!("logout:way:{provider}")
}

fn in_text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::seal::generate_key;

    const OURS: &str = "https://gw.example/logout/callback/op";

    fn pairs(url: &str) -> BTreeMap<String, String> {
        Url::parse(url).expect("a URL").query_pairs().into_owned().collect()
    }

    /// LO-27: the `state` of another browser, an expired or a forged one leads nowhere.
    #[test]
    fn the_logout_request_has_every_parameter() {
        let endpoint = Url::parse("https://op.example/end?policy=x").expect("a URL");
        let mut registration = Registration::example();
        let all = pairs(&written(&endpoint, &registration, OURS, Some("a.b.c"), Some("s&t")));
        assert_eq!((&*all["policy"], &*all["client_id"], &*all["post_logout_redirect_uri"]), ("x", "us", OURS));
        assert_eq!((&*all["id_token_hint"], &*all["state"], all.len()), ("a.b.c", "s&t", 5));
        registration.post_logout_redirect_uri = Url::parse("https://app.example/bye").ok();
        let theirs = pairs(&written(&endpoint, &registration, OURS, None, None));
        assert_eq!((&*theirs["post_logout_redirect_uri"], theirs.len()), ("https://app.example/bye", 3));
        // Amazon Cognito.
        registration.post_logout_parameter = "logout_uri".into();
        let cognito = pairs(&written(&endpoint, &registration, OURS, None, None));
        assert_eq!((&*cognito["logout_uri"], cognito.len()), ("https://app.example/bye", 3));
    }

    #[test]
    fn parameters_that_make_the_url_too_long_are_left_out() {
        let endpoint = Url::parse("https://op.example/end").expect("a URL");
        let (registration, long) = (Registration::example(), "x".repeat(MAX_URL_LEN));
        let names = |id_token: &str, state: &str| {
            let url = written(&endpoint, &registration, OURS, Some(id_token), Some(state));
            assert!(url.len() <= MAX_URL_LEN);
            pairs(&url).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(names("a.b.c", "s"), ["client_id", "id_token_hint", "post_logout_redirect_uri", "state"]);
        assert_eq!(names(&long, "s"), ["client_id", "post_logout_redirect_uri", "state"]);
        assert_eq!(names("a.b.c", &long), ["client_id", "post_logout_redirect_uri"]);
    }

    #[test]
    fn a_state_opens_for_its_own_provider_alone() {
        let ring = Ring::parse([generate_key().expose()]).expect("a ring");
        let logout_state = LogoutState { request: Request::default(), binding: "b".into(), until: 7 };
        let sealed = logout_state.seal(&ring, "op").expect("sealed");
        assert_eq!(LogoutState::open(&ring, "op", &sealed).map(|logout_state| logout_state.until), Some(7));
        assert!(
            LogoutState::open(&ring, "other", &sealed).is_none() && LogoutState::open(&ring, "op", "junk").is_none()
        );
        // The sealed request of the confirmation page is not accepted as a `state`.
        let asked = Request::default().seal(&ring).expect("sealed");
        assert!(LogoutState::open(&ring, "op", &asked).is_none());
    }
}
