//! The Status List Tokens (draft-ietf-oauth-status-list-21 §5.1): signed from what this replica watches, without the
//! database, and kept until the list changes or its `ttl` has passed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::Serialize;

use super::jwt;
use super::status_list::{StatusClaim, StatusList, StatusReference};
use crate::app::App;
use crate::base::clock::Instant;
use crate::base::secret::Hashed;
use crate::config::Algorithm;
use crate::keys::BadKey;
use crate::session::{LIST_LEN, StatusIndex};

/// The `typ` of a Status List Token.
const TYP: &str = "statuslist+jwt";

/// The lists that were asked for.
#[derive(Default)]
pub struct StatusLists(Mutex<HashMap<u64, Arc<StatusListToken>>>);

/// A signed list.
pub struct StatusListToken {
    /// The JWT.
    pub jwt: String,
    /// Its entity tag, in quotes.
    pub etag: String,
    generation: u64,
    made_at: Instant,
    kid: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum NoStatusList {
    /// No session can be in a list of that number yet.
    #[error("there is no such status list")]
    Unknown,
    /// It is not known who was revoked lately, and a list that does not say so is worse than none.
    #[error("the revocation feed is out of reach")]
    NotFresh,
    /// No key signs.
    #[error(transparent)]
    Sign(#[from] BadKey),
}

#[derive(Serialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    ttl: u64,
    status_list: StatusList,
}

/// What an access token says of its session's place.
pub fn status_claim(app: &App, index: StatusIndex) -> StatusClaim {
    StatusClaim { status_list: StatusReference { idx: index.place(), uri: uri(app, index.list()) } }
}

/// The address of a list, and its name.
fn uri(app: &App, list: u64) -> String {
    format!("{}/status-lists/{list}", app.config.server.public_url.issuer())
}

impl StatusLists {
    /// The list of that number, as it is now. Costs no round trip.
    pub fn get(&self, app: &App, list: u64, now: Instant) -> Result<Arc<StatusListToken>, NoStatusList> {
        if !app.watch.is_fresh() {
            return Err(NoStatusList::NotFresh);
        }
        let ttl = TimeDelta::from_std(app.config.tokens.status_list_ttl).unwrap_or(TimeDelta::MAX);
        let generation = app.watch.list_generation(list);
        // Held while it is made, so that a crowd has it made once.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.get(&list).filter(|known| known.serves(generation, ttl, now));
        // A key that was revoked signs nothing that is handed out later.
        let known = known.filter(|known| app.keys.keys().by_kid(&known.kid).is_some());
        if let Some(known) = known {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(StatusListToken::make(app, list, now)?);
        kept.insert(list, Arc::clone(&made));
        Ok(made)
    }
}

impl StatusListToken {
    fn serves(&self, generation: u64, ttl: TimeDelta, now: Instant) -> bool {
        self.generation == generation && self.made_at <= now && now - self.made_at < ttl
    }

    fn make(app: &App, list: u64, now: Instant) -> Result<Self, NoStatusList> {
        let shown = app.watch.list(list).ok_or(NoStatusList::Unknown)?;
        let ttl = app.config.tokens.status_list_ttl.as_secs().max(1);
        let claims = Claims {
            iss: app.config.server.public_url.issuer().to_owned(),
            sub: uri(app, list),
            iat: now.timestamp(),
            exp: now.timestamp().saturating_add_unsigned(app.config.tokens.status_list_lifetime().as_secs()),
            ttl,
            status_list: StatusList::new(LIST_LEN, shown.places),
        };
        let keys = app.keys.keys();
        let key = keys.first_signing(&app.config.signing.algorithms).ok_or(BadKey::missing(Algorithm::Es256))?;
        let jwt = jwt::sign(key, TYP, &claims)?;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Hashed::of(&jwt).as_bytes()));
        Ok(Self { jwt, etag, generation: shown.generation, made_at: now, kid: key.kid().to_owned() })
    }
}
