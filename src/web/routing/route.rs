//! The types of the table of routes: path, methods, accepted credentials, allowed origins, CORS and rate limit.

use actix_web::Route;
use actix_web::guard::{Any, Get, Head};
use actix_web::http::Method;

use crate::web::answer::goes_on::BegunBy;

/// A path of the public listener.
pub struct Row {
    /// The pattern, below the prefix of `server.public_url`.
    pub path: &'static str,
    /// The format of refusals.
    pub surface: Surface,
    /// The entries, at most one for each method. HEAD belongs to the entry of GET.
    pub entries: &'static [Entry],
}

/// The kind of client that calls a path. It determines the format of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Browsers that navigate. Refusals are HTML pages, unless `Accept` names JSON only.
    Page,
    /// Programs. Refusals are `application/problem+json` (RFC 9457).
    Program,
    /// OAuth clients. Refusals are the error JSON of RFC 6749 §5.2.
    OAuth,
}

/// One method of a path, with its conditions and its handler.
#[must_use]
pub struct Entry {
    /// The method, or GET with HEAD.
    pub verb: Verb,
    /// The credentials that the handler accepts.
    pub access: Access,
    /// The origins from which a browser may send the request.
    pub origin: OriginRule,
    /// The origins whose scripts may read the answer.
    pub cors: Cors,
    /// The rate limit that counts the request before the credentials are checked.
    pub limit: Option<Limit>,
    /// Whether a session that this replica has read within `verify.cache_for` is not read again.
    pub by_cached_session: bool,
    /// The answer to a navigation from another site while `sessions.cookie.same_site` is `Strict`.
    pub strict: Option<BegunBy>,
    handler: fn() -> Route,
}

/// The HTTP methods of the public listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// GET and HEAD. HEAD has the same answer without the body (RFC 9110 §9.3.2).
    Read,
    /// GET without HEAD, because the handler changes state.
    Get,
    /// POST, with no other method.
    Post,
    /// DELETE, with no other method.
    Delete,
    /// Every method, also unknown ones: the proxy sends the method of the request to another site.
    Any,
}

/// The credentials that an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// None. The answer is the same for all clients, or the request contains its own proof (`state`, a code).
    Open,
    /// The session cookie and the binding cookie, both optional. The handler reads them itself.
    Browser,
    /// The session cookie only. The header `Authorization` is ignored.
    Cookie,
    /// The session cookie, or an access token of the built-in client with the scope `account`.
    Account,
    /// The session cookie, or any access token of the built-in client that names the issuer in `aud`.
    BuiltIn,
    /// An access token of any client with the scope `openid` (OpenID Connect Core §5.3).
    OpenId,
    /// Client authentication (RFC 6749 §2.3). The handler checks it, since the form contains it.
    Client,
    /// A logout token of a provider, in the form. The handler verifies it.
    LogoutToken,
    /// The session cookie, or an access token of the built-in client for sites. The handler reads them itself, since a rule may
    /// need neither.
    Site,
}

/// The origins from which a browser may send a cookie-authenticated request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginRule {
    /// All origins: the request changes nothing, or no cookie authenticates it.
    Any,
    /// The origin of the issuer and `login.allowed_origins`. Others get 403.
    Listed,
    /// The handler reads `FromListedOrigin`: for other origins a page asks the user.
    Asked,
}

/// The origins whose scripts may read an answer (Fetch standard, CORS protocol).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cors {
    /// No other origin. The answer has no CORS headers.
    Nobody,
    /// `login.allowed_origins`, also with cookies; the origins of public clients, without cookies.
    Configured,
    /// All origins, without cookies: the answer is a public document.
    Anyone,
}

/// A rate limit per client address or session. The endpoints of one limit count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Logins that begin, by `limits.logins_per_minute`.
    Login,
    /// Authorization responses whose `state` is of no login, by `limits.logins_per_minute`. They count after the look-up: the
    /// response of a pending login is never limited.
    Callback,
    /// Form posts from other sites, by `limits.logins_per_minute`. The `GET` that follows counts by its own limit.
    Form,
    /// Authorization requests of apps, by `limits.tokens_per_minute`; of the session that the cookie names, else of the
    /// address.
    Authorize,
    /// `limits.tokens_per_minute`: requests for a token, and others that cost as much; of the session that the cookie names, else of the address.
    Token,
    /// The token endpoint: the handler counts a form once it has authenticated the client. Any other body is an authorization
    /// response of the SPA flow.
    CallbackUnlessForm,
}

impl Row {
    /// A path with [`Surface::Page`].
    pub const fn page(path: &'static str, entries: &'static [Entry]) -> Self {
        Self { path, surface: Surface::Page, entries }
    }

    /// A path with [`Surface::Program`].
    pub const fn program(path: &'static str, entries: &'static [Entry]) -> Self {
        Self { path, surface: Surface::Program, entries }
    }

    /// A path with [`Surface::OAuth`].
    pub const fn oauth(path: &'static str, entries: &'static [Entry]) -> Self {
        Self { path, surface: Surface::OAuth, entries }
    }

    /// The entry of that method. `None` for OPTIONS, which the preflight answers, and for methods without an entry.
    pub fn entry(&self, method: &Method) -> Option<&'static Entry> {
        let takes = |entry: &&Entry| entry.verb == Verb::Any || entry.verb.names().contains(&method.as_str());
        self.entries.iter().find(takes)
    }

    /// The value of the header `Allow`.
    pub fn allow(&self) -> String {
        self.entries.iter().flat_map(|entry| entry.verb.names()).copied().collect::<Vec<_>>().join(", ")
    }

    /// Whether it is a public document, which all origins may read.
    pub fn is_public(&self) -> bool {
        self.entries.iter().any(|entry| entry.cors == Cors::Anyone)
    }

    /// The methods that other origins may use. HEAD is omitted: CORS always allows it (Fetch standard).
    pub fn cors_methods(&self) -> Vec<&'static str> {
        let readable = self.entries.iter().filter(|entry| entry.cors != Cors::Nobody);
        readable.filter_map(|entry| entry.verb.names().first().copied()).collect()
    }
}

impl Entry {
    /// An entry for GET and HEAD.
    pub const fn read(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Read, access, handler)
    }

    /// An entry for GET without HEAD.
    pub const fn get(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Get, access, handler)
    }

    /// An entry for POST.
    pub const fn post(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Post, access, handler)
    }

    /// An entry for every method.
    pub const fn any(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Any, access, handler)
    }

    /// An entry for DELETE.
    pub const fn delete(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Delete, access, handler)
    }

    /// The default of `origin` for POST and DELETE that accept the session cookie is `Listed`; `from` overrides it.
    const fn new(verb: Verb, access: Access, handler: fn() -> Route) -> Self {
        let changes = matches!(verb, Verb::Post | Verb::Delete);
        let by_cookie = matches!(access, Access::Cookie | Access::Account | Access::BuiltIn);
        let origin = if changes && by_cookie { OriginRule::Listed } else { OriginRule::Any };
        Self { verb, access, origin, cors: Cors::Nobody, limit: None, by_cached_session: false, strict: None, handler }
    }

    /// Sets `cors` to [`Cors::Configured`].
    pub const fn cors(self) -> Self {
        Self { cors: Cors::Configured, ..self }
    }

    /// Sets `cors` to [`Cors::Anyone`].
    pub const fn public(self) -> Self {
        Self { cors: Cors::Anyone, ..self }
    }

    /// A navigation that another site began first gets the page that continues by itself, if the session cookie is
    /// `Strict`.
    pub const fn reads_session_after(self, begun_by: BegunBy) -> Self {
        Self { strict: Some(begun_by), ..self }
    }

    /// Sets the origin rule.
    pub const fn from(self, origin: OriginRule) -> Self {
        Self { origin, ..self }
    }

    /// The session may come from the session cache.
    pub const fn by_cached_session(self) -> Self {
        Self { by_cached_session: true, ..self }
    }

    /// Sets the rate limit that counts each request.
    pub const fn limited(self, limit: Limit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The actix route: the handler with the guard for the method.
    pub(super) fn route(&self) -> Route {
        let route = (self.handler)();
        match self.verb {
            Verb::Read => route.guard(Any(Get()).or(Head())),
            Verb::Get => route.method(Method::GET),
            Verb::Post => route.method(Method::POST),
            Verb::Delete => route.method(Method::DELETE),
            Verb::Any => route,
        }
    }
}

impl Verb {
    /// The names of the methods. The first is the one in `Access-Control-Allow-Methods`.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["GET", "HEAD"],
            Self::Get => &["GET"],
            Self::Post => &["POST"],
            Self::Delete => &["DELETE"],
            Self::Any => &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        }
    }
}
