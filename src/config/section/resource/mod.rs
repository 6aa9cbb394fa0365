//! `[resources.<id>]`: services that take access tokens for themselves alone (RFC 8707, RFC 9728).

pub(crate) mod model;
pub(crate) mod raw;
mod validate;

pub(crate) use validate::{apart_from_audiences, distinct, validate};
