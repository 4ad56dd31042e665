//! The primary key of the app's users, whatever its type.

use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable, Value, sea_query::Nullable};
use uuid::Uuid;

/// Primary key of a user, whatever type the app chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UserKey {
    /// `i32` and `i64` keys; the latter are the default of Loco's starters.
    Integer(i64),
    /// `Uuid` keys.
    Uuid(Uuid),
}

impl UserKey {
    /// The key that is written as this text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let integer = text.parse().map(Self::Integer);
        integer.or_else(|_| text.parse().map(Self::Uuid)).ok()
    }
}

impl From<i32> for UserKey {
    fn from(key: i32) -> Self {
        Self::Integer(key.into())
    }
}

impl From<i64> for UserKey {
    fn from(key: i64) -> Self {
        Self::Integer(key)
    }
}

impl From<Uuid> for UserKey {
    fn from(key: Uuid) -> Self {
        Self::Uuid(key)
    }
}

impl From<UserKey> for Value {
    fn from(key: UserKey) -> Self {
        match key {
            UserKey::Integer(key) => key.into(),
            UserKey::Uuid(key) => key.into(),
        }
    }
}

/// A null key is written as the keyword, never bound: its type would be a guess.
impl Nullable for UserKey {
    fn null() -> Value {
        Value::BigInt(None)
    }
}

impl std::fmt::Display for UserKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(key) => key.fmt(f),
            Self::Uuid(key) => key.fmt(f),
        }
    }
}

/// The library's records hold any of the key types; the row says which.
impl TryGetable for UserKey {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        match i64::try_get_by(row, index) {
            Ok(key) => Ok(Self::Integer(key)),
            Err(TryGetError::Null(column)) => Err(TryGetError::Null(column)),
            Err(TryGetError::DbErr(_)) => i32::try_get_by(row, index)
                .map(Self::from)
                .or_else(|_| Uuid::try_get_by(row, index).map(Self::Uuid)),
        }
    }
}

/// A type that can be the primary key of the users table: `i32`, `i64` or [`Uuid`].
pub trait UserKeyType: Into<UserKey> + Clone + Send + Sync + 'static {
    /// The key of this type, or `None` when `key` has another one.
    fn from_user_key(key: UserKey) -> Option<Self>;
}

impl UserKeyType for i32 {
    fn from_user_key(key: UserKey) -> Option<Self> {
        match key {
            UserKey::Integer(key) => key.try_into().ok(),
            UserKey::Uuid(_) => None,
        }
    }
}

impl UserKeyType for i64 {
    fn from_user_key(key: UserKey) -> Option<Self> {
        match key {
            UserKey::Integer(key) => Some(key),
            UserKey::Uuid(_) => None,
        }
    }
}

impl UserKeyType for Uuid {
    fn from_user_key(key: UserKey) -> Option<Self> {
        match key {
            UserKey::Uuid(key) => Some(key),
            UserKey::Integer(_) => None,
        }
    }
}
