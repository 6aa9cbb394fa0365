//! Row ids: UUIDv7, a type for each table so that none is taken for another, and the reference of a login.

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
            /// A new id, ordered by time.
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_v7(now))
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
    /// A user; as text it is the `sub` of our tokens.
    UserId
);
id!(
    /// One `(provider, sub)` pair of a user.
    SubId
);
id!(
    /// A session; as text it is the `sid` of our tokens.
    SessionId
);
id!(
    /// A login under way.
    AuthorizationSessionId
);
id!(
    /// An app's request for a sign-in.
    AuthorizationRequestId
);

/// A UUIDv7: the index stays compact because new rows stand beside each other.
pub fn uuid_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// Ids that [`uuid_v7`] made before that instant are lower, later ones are not. The primary key so tells a row's age.
pub fn uuid_v7_floor(at: Timestamp) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}

/// What an error page shows and `vestibule logins show` looks up: ten letters and digits that can be read aloud, no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// A new reference of 50 random bits, as `xxxxx-xxxxx`.
    pub fn random() -> Self {
        // Crockford's alphabet: nothing in it is taken for something else.
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let letter = |byte: u8| ALPHABET.get(usize::from(byte & 31)).copied().map_or('0', char::from);
        let mut text: String = secret::random_bytes::<10>().into_iter().map(letter).collect();
        text.insert(5, '-');
        Self(text)
    }

    /// One that was made before, as it stands in a row.
    pub fn known(text: String) -> Self {
        Self(text)
    }

    /// The text that people see.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
