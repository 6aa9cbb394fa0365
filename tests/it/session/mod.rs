//! `/session`: the session of a cookie or an access token.

mod clock;
mod cookies;
mod get;
mod own_writes;
mod resource;
mod token;
