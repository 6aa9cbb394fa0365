//! What the table of routes says of each endpoint: its methods, the credentials it takes, the origins that may cause it.

use actix_web::Route;
use actix_web::guard::{Any, Get, Head};
use actix_web::http::Method;

/// A path of the public listener.
pub struct Row {
    /// The pattern, below the prefix of `server.public_url`.
    pub path: &'static str,
    /// How the guard renders what it refuses.
    pub surface: Surface,
    /// One for each method, but for HEAD, which goes with GET.
    pub entries: &'static [Entry],
}

/// Who calls a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Browsers that navigate: refusals are pages, unless the request accepts JSON only.
    Page,
    /// Programs: refusals are `application/problem+json`.
    Program,
    /// OAuth clients: refusals are the JSON of RFC 6749 §5.2.
    OAuth,
}

/// One method of a path.
#[must_use]
pub struct Entry {
    /// The method.
    pub verb: Verb,
    /// The credentials it takes.
    pub access: Access,
    /// From which origins a browser may send it.
    pub origin: OriginRule,
    /// Which scripts of other origins may read the answer.
    pub cors: Cors,
    /// The rate limit that counts the request before its credentials are looked at.
    pub limit: Option<Limit>,
    handler: fn() -> Route,
}

/// The methods that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// GET, and HEAD, which is the same without the body (RFC 9110 §9.3.2).
    Read,
    /// GET alone, where a HEAD would change something.
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

/// The credentials that an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// None: the answer is the same for everyone, or the request carries its own proof (`state`, a code).
    Open,
    /// The cookies of the browser, where there are any: the session and the binding. The handler answers without them too.
    Browser,
    /// The session cookie only. An `Authorization` header is not looked at.
    Cookie,
    /// The session cookie, or an access token of the built-in client with the scope `account`.
    Account,
    /// The session cookie, or any access token of the built-in client that names the issuer in `aud`.
    BuiltIn,
    /// An access token with the scope `openid`, of whichever client (OpenID Connect Core §5.3).
    OpenId,
    /// Client authentication, which the handler does: it stands in the form.
    Client,
    /// A logout token of a provider, in the form.
    LogoutToken,
}

/// From which origins a browser may send a request that its cookies authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginRule {
    /// From any: it changes nothing, or no cookie authenticates it.
    Any,
    /// From the issuer's and `login.allowed_origins`; others get 403.
    Listed,
    /// As `Listed`, but the handler decides what becomes of others: a page asks the person.
    Asked,
}

/// Which scripts of other origins may read an answer (Fetch, CORS protocol).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cors {
    /// None.
    Nobody,
    /// Those of `login.allowed_origins`, also with cookies; those of public clients, without.
    Configured,
    /// All, without cookies: a public document.
    Anyone,
}

/// A rate limit per client address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `limits.tokens_per_minute`.
    Token,
}

impl Row {
    /// A path for browsers.
    pub const fn page(path: &'static str, entries: &'static [Entry]) -> Self {
        Self { path, surface: Surface::Page, entries }
    }

    /// A path for programs.
    pub const fn program(path: &'static str, entries: &'static [Entry]) -> Self {
        Self { path, surface: Surface::Program, entries }
    }

    /// A path for OAuth clients.
    pub const fn oauth(path: &'static str, entries: &'static [Entry]) -> Self {
        Self { path, surface: Surface::OAuth, entries }
    }

    /// What stands there of that method; nothing of OPTIONS, which is the preflight's, and of methods that it does not take.
    pub fn entry(&self, method: &Method) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.verb.names().contains(&method.as_str()))
    }

    /// The methods, as `Allow` lists them.
    pub fn allow(&self) -> String {
        self.entries.iter().flat_map(|entry| entry.verb.names()).copied().collect::<Vec<_>>().join(", ")
    }

    /// The methods that scripts of configured origins may use; without HEAD, which needs no permission.
    pub fn cors_methods(&self) -> Vec<&'static str> {
        let readable = self.entries.iter().filter(|entry| entry.cors == Cors::Configured);
        readable.filter_map(|entry| entry.verb.names().first().copied()).collect()
    }
}

impl Entry {
    /// Reads; HEAD too.
    pub const fn read(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Read, access, handler)
    }

    /// Reads, but not by HEAD.
    pub const fn get(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Get, access, handler)
    }

    /// A POST.
    pub const fn post(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Post, access, handler)
    }

    /// A DELETE.
    pub const fn delete(access: Access, handler: fn() -> Route) -> Self {
        Self::new(Verb::Delete, access, handler)
    }

    /// A request that changes something by the session cookie comes from the listed origins, unless the row says otherwise.
    const fn new(verb: Verb, access: Access, handler: fn() -> Route) -> Self {
        let changes = matches!(verb, Verb::Post | Verb::Delete);
        let by_cookie = matches!(access, Access::Cookie | Access::Account | Access::BuiltIn);
        let origin = if changes && by_cookie { OriginRule::Listed } else { OriginRule::Any };
        Self { verb, access, origin, cors: Cors::Nobody, limit: None, handler }
    }

    /// Scripts of configured origins may read the answer.
    pub const fn cors(self) -> Self {
        Self { cors: Cors::Configured, ..self }
    }

    /// Any script may read the answer.
    pub const fn public(self) -> Self {
        Self { cors: Cors::Anyone, ..self }
    }

    /// Browsers may send it from there.
    pub const fn from(self, origin: OriginRule) -> Self {
        Self { origin, ..self }
    }

    /// Counted by that limit.
    pub const fn limited(self, limit: Limit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The handler, for this method.
    pub(super) fn route(&self) -> Route {
        let route = (self.handler)();
        match self.verb {
            Verb::Read => route.guard(Any(Get()).or(Head())),
            Verb::Get => route.method(Method::GET),
            Verb::Post => route.method(Method::POST),
            Verb::Delete => route.method(Method::DELETE),
        }
    }
}

impl Verb {
    /// The methods' names, the one that a preflight asks for first.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["GET", "HEAD"],
            Self::Get => &["GET"],
            Self::Post => &["POST"],
            Self::Delete => &["DELETE"],
        }
    }
}
