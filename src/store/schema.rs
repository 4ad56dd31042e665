//! Description of the plugin's tables at run time, emitted by `#[derive(OAuthServer)]` from the
//! one description in the macro crate. The boot check, the doctor and the drift test read it.

/// Type of a column (spec: "type word").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// 64-bit primary key, assigned by the database.
    Id,
    /// Reference to the `id` of another table of the plugin, or to the users table.
    Reference,
    /// Type of the users table's primary key.
    UserKey,
    /// Unlimited text.
    Text,
    /// JSON document.
    Json,
    /// Boolean.
    Bool,
    /// 32-bit integer.
    Int,
    /// Unix seconds, 64-bit integer.
    Seconds,
    /// SHA-256 value, 32 bytes.
    Hash,
    /// Bytes.
    Blob,
    /// Timestamp with time zone.
    Timestamp,
    /// A column that the app added (always nullable).
    Extra(&'static str),
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Column name.
    pub name: &'static str,
    /// Column type.
    pub kind: ColumnKind,
    /// Whether null is allowed.
    pub nullable: bool,
}

/// One index over one or more columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexSchema {
    /// Columns, in order.
    pub columns: &'static [&'static str],
    /// Whether the combination is unique.
    pub unique: bool,
}

/// What happens to a row when the row it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The row goes too.
    Cascade,
    /// The reference becomes null.
    SetNull,
}

/// One foreign key, always to the primary key of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignKeySchema {
    /// Referring column.
    pub column: &'static str,
    /// Target table, full name with prefix.
    pub table: &'static str,
    /// Target column.
    pub target: &'static str,
    /// Rule on delete.
    pub on_delete: OnDelete,
}

/// One table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSchema {
    /// Full table name, with the app's prefix.
    pub name: &'static str,
    /// Columns, in order.
    pub columns: &'static [ColumnSchema],
    /// Indexes besides the primary key.
    pub indexes: &'static [IndexSchema],
    /// Foreign keys.
    pub foreign_keys: &'static [ForeignKeySchema],
}

/// Full names of the eight tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableNames {
    /// `oauth_clients`
    pub clients: &'static str,
    /// `oauth_authorization_states`
    pub authorization_states: &'static str,
    /// `oauth_authorization_codes`
    pub authorization_codes: &'static str,
    /// `oauth_access_tokens`
    pub access_tokens: &'static str,
    /// `oauth_refresh_tokens`
    pub refresh_tokens: &'static str,
    /// `oauth_consents`
    pub consents: &'static str,
    /// `oauth_sessions`
    pub sessions: &'static str,
    /// `oauth_ephemerals`
    pub ephemerals: &'static str,
}
