//! What an app says about its tables, written out by the derive.

/// Options of a migration.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Type of the users table's primary key.
    pub user_key: UserKey,
    /// Users table.
    pub users_table: &'static str,
    /// Its primary key.
    pub user_key_column: &'static str,
    /// In front of all table and index names.
    pub table_prefix: &'static str,
    /// Columns of the app in the plugin's tables.
    pub extra: &'static [ExtraColumn],
}

/// Type of the users table's primary key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKey {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// UUID.
    Uuid,
}

/// A nullable column that the app adds to one of the plugin's tables.
#[derive(Clone, Copy, Debug)]
pub struct ExtraColumn {
    /// Table, without prefix.
    pub table: &'static str,
    /// Column name.
    pub name: &'static str,
    /// Column type.
    pub ty: ExtraType,
}

/// Type of an [`ExtraColumn`], by the name of its Rust type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtraType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// Boolean.
    Bool,
    /// Unlimited text.
    String,
    /// JSON document.
    Json,
    /// UUID.
    Uuid,
    /// Timestamp with time zone.
    DateTimeWithTimeZone,
}

#[cfg(test)]
pub mod tests {
    use super::{ExtraColumn, ExtraType, Options, UserKey};

    /// Options that differ from the defaults in everything.
    pub const OPTIONS: Options = Options {
        user_key: UserKey::Uuid,
        users_table: "people",
        user_key_column: "pid",
        table_prefix: "auth_",
        extra: &[ExtraColumn {
            table: "oauth_sessions",
            name: "tenant_id",
            ty: ExtraType::I64,
        }],
    };
}
