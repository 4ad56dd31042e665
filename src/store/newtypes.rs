//! How times and primary keys stand in columns: as 64-bit integers.

use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable, Value, sea_query::Nullable};

use crate::protocol::{
    row_id::{
        AccessTokenId, ClientRowId, ConsentId, EphemeralId, GrantId, InteractionId, RefreshTokenId,
        SessionId,
    },
    time::UnixTime,
};

/// Lets a type be the value of a column with 64-bit integers.
macro_rules! column_of_integers {
    ($name:ident, $from:expr, $into:expr) => {
        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                $into(value).into()
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                i64::null()
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                i64::try_get_by(row, index).map($from)
            }
        }
    };
}

column_of_integers!(UnixTime, UnixTime::from_seconds, UnixTime::as_seconds);

/// The same for primary keys.
macro_rules! columns_of_ids {
    ($($name:ident),+) => {
        $(column_of_integers!($name, $name::new, $name::get);)+
    };
}

columns_of_ids!(
    AccessTokenId,
    ClientRowId,
    ConsentId,
    EphemeralId,
    GrantId,
    InteractionId,
    RefreshTokenId,
    SessionId
);
