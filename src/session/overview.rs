//! What the account page shows of a user.

use std::net::IpAddr;

use serde::Deserialize;

use super::listed::Listed;
use crate::account::{Consent, IdentityWithClaims};
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;

/// The sign-ins of a user, and what depends on the user.
#[derive(Debug)]
pub struct Overview {
    /// The sign-ins that are live or have a live app's session, the current one first, then the newest.
    pub devices: Vec<ListedWithApps>,
    /// What does not depend on a sign-in.
    pub user: OfUser,
}

/// A sign-in with its apps.
#[derive(Debug)]
pub struct ListedWithApps {
    /// The sign-in.
    pub listed: Listed,
    /// The apps with a live session under it, in the order of their client ids.
    pub apps: Vec<AppSession>,
}

/// The live sessions of one app under a sign-in.
#[derive(Clone, Debug, Deserialize)]
pub struct AppSession {
    /// The session that was used last.
    pub id: SessionId,
    /// The client id of the app.
    pub client_id: String,
    /// Its last use, accurate to a minute.
    pub last_activity_at: Timestamp,
}

/// What the account page shows besides the sign-ins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OfUser {
    /// The identities with their claims, the oldest first.
    pub identities: Vec<IdentityWithClaims>,
    /// The consents to apps, the last one first.
    pub consents: Vec<Consent>,
    /// The last sign-ins of the audit log, the newest first.
    pub sign_ins: Vec<PastSignIn>,
}

/// A completed login, from the audit log.
#[derive(Clone, Debug, Deserialize)]
pub struct PastSignIn {
    /// The time of the login.
    pub at: Timestamp,
    /// The id of the provider.
    pub provider: Option<String>,
    /// The network of the browser.
    pub ip: Option<IpAddr>,
    /// The name of the browser, while the session's row exists.
    pub browser: Option<String>,
    /// The name of the operating system, while the session's row exists.
    pub os: Option<String>,
}
