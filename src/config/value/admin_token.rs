//! `admin.token`: the bearer token of administrators.

use std::borrow::Cow;

use super::local::Local;
use crate::base::secret::Plain;

/// The least length, in bytes.
const MIN_BYTES: usize = 32;

/// The bearer token of administrators.
pub(crate) struct AdminToken(Plain);

/// The token has fewer than 32 characters.
#[derive(Debug, thiserror::Error)]
#[error("is too short: it could be guessed")]
pub(crate) struct ShortToken;

impl AdminToken {
    /// The token itself, to compare it with a presented one.
    pub(crate) fn plain(&self) -> &Plain {
        &self.0
    }
}

impl Local for AdminToken {
    const NAME: &'static str = "admin_token";
    const IS_QUOTED: bool = false;
    type Bad = ShortToken;

    fn read(text: &str) -> Result<Self, ShortToken> {
        if text.len() < MIN_BYTES { Err(ShortToken) } else { Ok(Self(Plain::new(text))) }
    }

    fn remedy(_: &ShortToken) -> Cow<'static, str> {
        "write at least 32 random characters, as `vestibule secrets generate` prints".into()
    }
}
