//! Row ids (UUIDv7), with a type for each table, and the reference of a login.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Uuid};

use super::clock::Timestamp;
use super::secret;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[derive(AsExpression, FromSqlRow)]
        #[diesel(sql_type = sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; ids sort by their time.
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid" })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl ToSql<sql_types::Uuid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<sql_types::Uuid, Pg>::to_sql(&self.0, out)
            }
        }

        impl FromSql<sql_types::Uuid, Pg> for $name {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                FromSql::<sql_types::Uuid, Pg>::from_sql(value).map(Self)
            }
        }
    };
}

id!(
    /// The id of a user; as text the `sub` of issued tokens.
    UserId
);
id!(
    /// The id of a consent (`consents.id`).
    ConsentId
);
id!(
    /// The id of a `(provider, sub)` pair of a user.
    SubId
);
id!(
    /// The id of a session; as text the `sid` of issued tokens.
    SessionId
);
id!(
    /// The id of an authorization session: one login at a provider.
    AuthorizationSessionId
);
id!(
    /// The id of an authorization request of a client.
    AuthorizationRequestId
);

/// A UUIDv7: new rows are adjacent in the index, which therefore stays compact.
pub fn uuid_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// The lower bound of the ids that [`uuid_v7`] creates at or after `at`. So a row's age can be compared by its primary key.
pub fn uuid_v7_lower_bound(at: Timestamp) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}

/// The reference of a login, which an error page shows and `vestibule logins show` looks up. It is not a secret: ten
/// letters and digits that can be read aloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// A new reference of 50 random bits, in the form `xxxxx-xxxxx`.
    pub fn random() -> Self {
        // Crockford's alphabet has no characters that look alike.
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let letter = |byte: u8| ALPHABET.get(usize::from(byte & 31)).copied().map_or('0', char::from);
        let mut text: String = secret::random_bytes::<10>().into_iter().map(letter).collect();
        text.insert(5, '-');
        Self(text)
    }

    /// A reference from a row.
    pub fn from_row(text: String) -> Self {
        Self(text)
    }

    /// The text, as people see it: `xxxxx-xxxxx`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
