//! `database.url`: the address of the database. No message has a piece of the text.

use std::borrow::Cow;

use serde::Deserialize;

use super::local::{Local, has_local_rule};
use crate::base::db::{Address, BadAddress};
use crate::base::secret::Plain;

/// The remedy for an address that libpq would split at the wrong place.
const ESCAPE: &str = "percent-encode the user name and the password: @ as %40, / as %2F, ? as %3F, % as %25, : as %3A; and \
                      write \"postgres://user:password@host:5432/database?sslmode=verify-full\"";
const REMEDY: &str = "write \"postgres://user:password@host/database\", or name a file with it in database.url_file";

/// The address of the database, in a form that libpq reads.
// Deserialization takes any text. There is no default that could replace an invalid URL, and validation has to continue
// then.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(crate) struct DatabaseUrl(Plain);

/// The reason why a text is not the URL of a database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadDatabaseUrl {
    /// Empty, or only white space.
    #[error("is missing")]
    Missing,
    /// Refused before libpq would quote it in an error.
    #[error(transparent)]
    Address(#[from] BadAddress),
}

impl DatabaseUrl {
    /// The text as it is written, with its password.
    pub(crate) fn plain(&self) -> &Plain {
        &self.0
    }
}

impl From<String> for DatabaseUrl {
    fn from(text: String) -> Self {
        Self(Plain::new(text))
    }
}

impl Local for DatabaseUrl {
    const NAME: &'static str = "database_url";
    const IS_QUOTED: bool = false;
    type Bad = BadDatabaseUrl;

    fn read(text: &str) -> Result<Self, BadDatabaseUrl> {
        if text.trim().is_empty() {
            return Err(BadDatabaseUrl::Missing);
        }
        Address::parse(text)?;
        Ok(Self(Plain::new(text)))
    }

    fn remedy(bad: &BadDatabaseUrl) -> Cow<'static, str> {
        match bad {
            BadDatabaseUrl::Missing | BadDatabaseUrl::Address(BadAddress::Malformed) => REMEDY.into(),
            BadDatabaseUrl::Address(_) => ESCAPE.into(),
        }
    }
}
has_local_rule!(DatabaseUrl);
