//! Rate limits, in memory. Each replica counts separately. A request counts by what it proves: a confidential client, the
//! session of a signed-in browser, else the client address.

use std::net::IpAddr;

use actix_web::HttpRequest;

use super::cookies;
use super::limiter::Limiter;
use super::network_limits::NetworkLimits;
use crate::app::App;
use crate::base::id::SessionId;
use crate::client::Client;
use crate::web::answer::problem::Problem;

/// The rate limiters of a replica, one for each limit.
pub struct Throttles {
    logins: NetworkLimits,
    /// A tenth of `logins`, while there are many pending logins.
    fewer_logins: NetworkLimits,
    unknown_states: Limiter<IpAddr>,
    forms: NetworkLimits,
    documents: NetworkLimits,
    tokens: Limiter<IpAddr>,
    pushes: NetworkLimits,
    authorizations: NetworkLimits,
    sessions: Limiter<SessionId>,
    clients: Limiter<String>,
    administrators: Limiter<IpAddr>,
    logout_tokens: Limiter<IpAddr>,
}

impl Throttles {
    /// Creates the rate limiters from the section `[limits]`.
    pub fn new(limits: &crate::config::Limits) -> Self {
        let logins = || Limiter::new("limits.logins_per_minute", limits.logins_per_minute);
        let tokens = || Limiter::new("limits.tokens_per_minute", limits.tokens_per_minute);
        Self {
            logins: NetworkLimits::on_logins(limits, 1),
            fewer_logins: NetworkLimits::on_logins(limits, 10),
            unknown_states: logins(),
            forms: NetworkLimits::on_logins(limits, 1),
            documents: NetworkLimits::on_logins(limits, 1),
            tokens: tokens(),
            pushes: NetworkLimits::on_requests(limits),
            authorizations: NetworkLimits::on_requests(limits),
            sessions: Limiter::new("limits.tokens_per_minute", limits.tokens_per_minute),
            clients: Limiter::new("limits.client_tokens_per_minute", limits.client_tokens_per_minute),
            administrators: tokens(),
            logout_tokens: tokens(),
        }
    }

    /// Counts the beginning of a login (`limits.logins_per_minute` and `limits.logins_per_minute_network`). While there are
    /// many pending logins (`limits.pending_logins`), both limits are a tenth, and beyond that no login begins.
    pub fn begin(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let (pending, most) = (app.pending_logins.get(), u64::from(app.config.limits.pending_logins));
        if pending >= most {
            return Err(Problem::too_many_logins());
        }
        let limits = if pending > most / 2 { &self.fewer_logins } else { &self.logins };
        limits.count_address(app, request)
    }

    /// Counts an authorization response whose `state` is of no login, or whose `code_verifier` is wrong (`limits.logins_per_minute`).
    pub fn unknown_state(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.unknown_states.count_address(app, request)
    }

    /// Counts a form post from another site. The `GET` that follows it counts by its own limit.
    pub fn form(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.forms.count_address(app, request)
    }

    /// Counts a fetch of the document of a client by URL (`limits.logins_per_minute`).
    pub fn document(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.documents.count_address(app, request)
    }

    /// Counts a request for a token, or a failed client authentication, by address (`limits.tokens_per_minute`).
    pub fn token(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.tokens.count_address(app, request)
    }

    /// Counts a request for a token of an authenticated client. A confidential client counts by itself
    /// (`limits.client_tokens_per_minute`). A public one has proven nothing, so its IP address counts.
    pub fn token_for(&self, app: &App, request: &HttpRequest, client: &Client) -> Result<(), Problem> {
        if client.is_confidential { self.clients.count(&client.id) } else { self.token(app, request) }
    }

    /// Counts a pushed authorization request, as [`token_for`](Self::token_for) does. Addresses have a limiter of their own
    /// here, since a token request follows each pushed one.
    pub fn push_for(&self, app: &App, request: &HttpRequest, client: &Client) -> Result<(), Problem> {
        if client.is_confidential { self.clients.count(&client.id) } else { self.pushes.count_address(app, request) }
    }

    /// Counts a request for a token by the session that the cookie names, else by address (`limits.tokens_per_minute`).
    pub fn token_in_session(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.in_session(app, request).unwrap_or_else(|| self.tokens.count_address(app, request))
    }

    /// Counts an authorization request of an app by the session that the cookie names, else by address. Most are answered
    /// without a login, so `limits.tokens_per_minute` applies. The cookie alone does not show that the session is live:
    /// if it is not, the handler counts the address with [`authorize_signed_out`](Self::authorize_signed_out).
    pub fn authorize(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.in_session(app, request).unwrap_or_else(|| self.authorizations.count_address(app, request))
    }

    /// Counts an authorization request by address if its session cookie names a session, which has ended.
    pub fn authorize_signed_out(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let named = cookies::named(app, request);
        named.map_or(Ok(()), |_| self.authorizations.count_address(app, request))
    }

    /// Counts a wrong `admin.token`. The limiter is separate, so that token requests from the same address are
    /// unaffected.
    pub fn not_administrator(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.administrators.count_address(app, request)
    }

    /// Counts an invalid logout token. Valid logout tokens are not limited.
    pub fn bad_logout_token(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.logout_tokens.count_address(app, request)
    }

    /// Removes keys without recent requests, so that memory depends on the current traffic only.
    pub fn evict_idle(&self) {
        let by_network =
            [&self.logins, &self.fewer_logins, &self.forms, &self.documents, &self.pushes, &self.authorizations];
        by_network.into_iter().for_each(NetworkLimits::evict_idle);
        let by_address = [&self.unknown_states, &self.tokens, &self.administrators, &self.logout_tokens];
        by_address.into_iter().for_each(Limiter::evict_idle);
        self.sessions.evict_idle();
        self.clients.evict_idle();
    }

    /// Counts a request by the session that its cookie names; `None` without one.
    fn in_session(&self, app: &App, request: &HttpRequest) -> Option<Result<(), Problem>> {
        Some(self.sessions.count(&cookies::named(app, request)?))
    }
}
