//! A sign-in as it stands in a list.

use std::net::IpAddr;

use serde::Serialize;

use super::device::Device;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};

/// A sign-in with the apps under it, as `GET /sessions` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    #[serde(skip)]
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// Its last use, to within a minute.
    pub last_activity_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// Where it began.
    pub ip: Option<IpAddr>,
    /// The `User-Agent` that it began with.
    pub user_agent: Option<String>,
    /// What that tells.
    pub device: Device,
    /// The provider that vouched.
    pub provider: String,
    /// The client ids of the apps under it.
    pub clients: Vec<String>,
}
