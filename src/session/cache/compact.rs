//! A session in the form in which it is cached: texts that many sessions share are stored once, and the profile as JSON.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::DateTime;
use serde_json::Value;

use crate::account::{Profile, User};
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::session::aal::Aal;
use crate::session::signed_in::{Session, SignedIn};
use crate::session::status_index::StatusIndex;

/// The maximum number of shared texts. Those of more combinations are stored with each session.
const MAX_SHARED: usize = 10_000;

/// The texts of a session that do not name the person.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct SharedTexts {
    provider: String,
    client_id: String,
    scopes: String,
    resource: Option<String>,
    acr: Option<String>,
    amr: Option<Vec<String>>,
    asked_acr: Option<String>,
}

/// The shared texts in use.
#[derive(Default)]
pub(super) struct Shared(Mutex<HashSet<Arc<SharedTexts>>>);

impl Shared {
    fn of(&self, session: &Session) -> Arc<SharedTexts> {
        let texts = SharedTexts {
            provider: session.provider.clone(),
            client_id: session.client_id.clone(),
            scopes: session.scopes.clone(),
            resource: session.resource.clone(),
            acr: session.acr.clone(),
            amr: session.amr.clone(),
            asked_acr: session.asked_acr.clone(),
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.get(&texts) {
            return Arc::clone(shared);
        }
        let shared = Arc::new(texts);
        if known.len() < MAX_SHARED {
            known.insert(Arc::clone(&shared));
        }
        shared
    }

    /// Removes the texts that no cached session has.
    pub(super) fn evict_unused(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|texts| Arc::strong_count(texts) > 1);
    }
}

/// A live session and its user.
pub(super) struct Compact {
    user: UserId,
    texts: Arc<SharedTexts>,
    /// The stored form of the profile, as JSON.
    profile: Box<str>,
    /// The claims of the provider, as JSON, if rules need them.
    claims: Option<Box<str>>,
    auth_time: Timestamp,
    not_after: Timestamp,
    /// In microseconds since the epoch.
    last_activity_at: AtomicI64,
    status_index: StatusIndex,
    aal: Option<Aal>,
    auth_time_vouched: bool,
    auth_time_assumed: bool,
}

impl Compact {
    pub(super) fn of(signed_in: &SignedIn, claims: Option<&Value>, shared: &Shared) -> Self {
        let session = &signed_in.session;
        Self {
            user: session.user,
            texts: shared.of(session),
            profile: signed_in.user.profile.stored().to_string().into(),
            claims: claims.map(|claims| claims.to_string().into()),
            auth_time: session.auth_time,
            not_after: session.not_after,
            last_activity_at: AtomicI64::new(session.last_activity_at.timestamp_micros()),
            status_index: session.status_index,
            aal: session.aal,
            auth_time_vouched: session.auth_time_vouched,
            auth_time_assumed: session.auth_time_assumed,
        }
    }

    /// The user of the session.
    pub(super) fn user(&self) -> UserId {
        self.user
    }

    /// The length of the profile and the claims as JSON, in bytes.
    pub(super) fn text_length(&self) -> usize {
        self.profile.len() + self.claims.as_ref().map_or(0, |claims| claims.len())
    }

    /// Records a use. An earlier one than the newest has no effect.
    pub(super) fn used(&self, at: Timestamp) {
        self.last_activity_at.fetch_max(at.timestamp_micros(), Ordering::Relaxed);
    }

    /// Takes over the last use of an earlier reading.
    pub(super) fn used_as(&self, earlier: &Self) {
        self.last_activity_at.fetch_max(earlier.last_activity_at.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The session and its user.
    pub(super) fn signed_in(&self, id: SessionId) -> SignedIn {
        let texts = &self.texts;
        let last_activity_at = DateTime::from_timestamp_micros(self.last_activity_at.load(Ordering::Relaxed));
        SignedIn {
            user: User { sub: self.user, profile: Profile::of_stored(json(&self.profile)) },
            claims: Value::Null,
            session: Session {
                id,
                user: self.user,
                user_disabled: false,
                provider: texts.provider.clone(),
                client_id: texts.client_id.clone(),
                scopes: texts.scopes.clone(),
                resource: texts.resource.clone(),
                auth_time: self.auth_time,
                auth_time_vouched: self.auth_time_vouched,
                auth_time_assumed: self.auth_time_assumed,
                aal: self.aal,
                acr: texts.acr.clone(),
                amr: texts.amr.clone(),
                asked_acr: texts.asked_acr.clone(),
                last_activity_at: last_activity_at.unwrap_or_default(),
                not_after: self.not_after,
                ended_at: None,
                status_index: self.status_index,
            },
        }
    }

    /// The claims of the provider; `null` if they were not read.
    pub(super) fn claims(&self) -> Value {
        self.claims.as_deref().map(json).unwrap_or_default()
    }
}

/// Only JSON that this file wrote is read.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
