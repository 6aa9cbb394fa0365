//! An entry of the list of sessions.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Serialize;

use super::device::Device;
use crate::base::clock::{Timestamp, TimestampSchema};
use crate::base::id::{SessionId, UserId};

/// A session of a browser with the apps that use it, as `GET /sessions` returns it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListedSession")]
pub struct Listed {
    /// The id of the session (`sid`).
    pub id: SessionId,
    /// The id of its user.
    #[serde(skip)]
    pub user: UserId,
    /// The time of the login.
    #[schemars(with = "TimestampSchema")]
    pub created_at: Timestamp,
    /// Its last use, accurate to a minute.
    #[schemars(with = "TimestampSchema")]
    pub last_activity_at: Timestamp,
    /// When it ends at the latest: its absolute timeout.
    #[schemars(with = "TimestampSchema")]
    pub expires_at: Timestamp,
    /// The address at the login, determined with `server.trusted_proxies`.
    pub ip: Option<IpAddr>,
    /// The `User-Agent` header of the login.
    pub user_agent: Option<String>,
    /// The device that the `User-Agent` describes.
    pub device: Device,
    /// The id of the provider of the login.
    pub provider: String,
    /// The client ids of its active app sessions.
    pub clients: Vec<String>,
    /// Its label by `sessions.tags`, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}
