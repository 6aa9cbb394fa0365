//! A client, as a value.

use url::Url;

use crate::base::secret::{Hashed, Plain};
use crate::config::{self, Algorithm, BUILT_IN_CLIENT, ClientType, Grant, PublicKey, RedirectUri};

/// An app or a service that uses us.
pub struct Client {
    /// The `client_id` of its requests and tokens.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Whether it can keep a secret.
    pub is_confidential: bool,
    /// Whose tokens it may ask about, besides its own and those that name its id; and who its tokens are for.
    pub audience: Vec<String>,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// What its ID tokens are signed with.
    pub id_token_alg: Algorithm,
    /// Where its users may sign in; empty: everywhere.
    pub providers: Vec<String>,
    /// Where a browser may be sent after it asked for a logout.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where it is told of sessions that ended, and whether that may be in a private network.
    pub backchannel_logout_uri: Option<(Url, bool)>,
    /// Whether each refresh gives a new refresh token.
    pub rotates_refresh_tokens: bool,
    /// Whether answers to a loopback address need no consent.
    skips_loopback_consent: bool,
    provider_tokens: Vec<String>,
    allowed_origins: Vec<String>,
    redirect_uris: Vec<RedirectUri>,
    grants: Vec<Grant>,
    secret: Option<Hashed>,
    /// The secret as it arrives from clients that leave out the form-encoding of RFC 6749 §2.3.1, where that makes a
    /// difference: a `+`, which is in every other base64, is a space by then.
    unencoded_secret: Option<Hashed>,
    public_key: Option<PublicKey>,
}

impl Client {
    /// The public client of the cookie and the JSON door. It refreshes; nobody is sent to it.
    pub(super) fn built_in() -> Self {
        let id = BUILT_IN_CLIENT.to_owned();
        Self {
            name: id.clone(),
            id,
            is_confidential: false,
            audience: Vec::new(),
            scopes: Vec::new(),
            id_token_alg: Algorithm::Es256,
            providers: Vec::new(),
            provider_tokens: Vec::new(),
            allowed_origins: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            rotates_refresh_tokens: true,
            skips_loopback_consent: false,
            redirect_uris: Vec::new(),
            grants: vec![Grant::RefreshToken],
            secret: None,
            unencoded_secret: None,
            public_key: None,
        }
    }

    /// Whether it may come by tokens that way.
    pub fn may(&self, grant: Grant) -> bool {
        self.grants.contains(&grant)
    }

    /// How an address stands to those that are registered; `None` if answers must not go there.
    pub fn redirect_uri(&self, sent: &str) -> Option<Match> {
        let any_port = || !self.is_confidential && self.redirect_uris.iter().any(|uri| uri.matches_except_port(sent));
        let loopback = if self.skips_loopback_consent { Match::Site } else { Match::Installed };
        match self.redirect_uris.iter().find(|uri| uri.matches(sent)) {
            Some(uri) if uri.has_private_use_scheme() => Some(Match::Installed),
            Some(uri) if uri.is_loopback() => Some(loopback),
            Some(_) => Some(Match::Site),
            None => any_port().then_some(loopback),
        }
    }

    /// Whether scripts of that origin are its own: a public client lives in browsers, a confidential one does not.
    pub fn is_at(&self, origin: &str) -> bool {
        !self.is_confidential && self.allowed_origins.iter().any(|listed| listed == origin)
    }

    /// Whether people who signed in there may use it.
    pub fn takes_provider(&self, provider: &str) -> bool {
        self.providers.is_empty() || self.providers.iter().any(|id| id == provider)
    }

    /// Whether it may exchange its tokens for any provider's (RFC 8693).
    pub fn may_exchange(&self) -> bool {
        !self.provider_tokens.is_empty()
    }

    /// Whether it may have the tokens of that provider.
    pub fn may_have_tokens_of(&self, provider: &str) -> bool {
        self.provider_tokens.iter().any(|id| id == provider)
    }

    /// Whether it has a secret to show.
    pub(super) fn shows_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// What its assertions are verified with, if it signs them.
    pub(super) fn public_key(&self) -> Option<&PublicKey> {
        self.public_key.as_ref()
    }

    /// Whether that is its secret, in constant time; never, if it has none.
    pub(super) fn has_secret(&self, presented: &Plain) -> bool {
        let presented = presented.hashed();
        let is = |secret: Option<Hashed>| secret.is_some_and(|secret| presented.matches(secret.as_bytes()));
        is(self.secret) | is(self.unencoded_secret)
    }
}

/// How a redirect URI stands to those that are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is one of them, and no other program on the person's machine can receive what is sent there.
    Site,
    /// It is on loopback, but for the port perhaps, or has a private-use scheme. Any program on the person's machine can
    /// take the app's place there, so the person has to agree each time (RFC 8252 §8.6).
    Installed,
}

impl From<config::Client> for Client {
    fn from(client: config::Client) -> Self {
        let private = client.insecure_allow_private_logout_uri;
        Self {
            id: client.id,
            name: client.name,
            is_confidential: client.r#type == ClientType::Confidential,
            audience: client.audience,
            scopes: client.scopes,
            id_token_alg: client.id_token_alg,
            providers: client.providers,
            provider_tokens: client.provider_tokens,
            allowed_origins: client.allowed_origins,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            backchannel_logout_uri: client.backchannel_logout_uri.map(|uri| (uri, private)),
            rotates_refresh_tokens: client.rotate_refresh_tokens,
            skips_loopback_consent: client.insecure_skip_loopback_consent,
            redirect_uris: client.redirect_uris,
            grants: client.grants,
            secret: client.secret.as_ref().map(Plain::hashed),
            unencoded_secret: client.secret.as_ref().filter(|secret| secret.expose().contains('+')).map(without_plus),
            public_key: client.public_key,
        }
    }
}

fn without_plus(secret: &Plain) -> Hashed {
    Hashed::of(&secret.expose().replace('+', " "))
}
