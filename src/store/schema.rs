//! Description of the plugin's tables at run time: [`TABLES`], printed by the macro crate, which has
//! the one description of them. The boot check, the doctor and the drift test read it. What depends on
//! the app stands in its definition: [`TableNames`] and [`ExtraColumn`].

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

/// A column that an app added to one of the plugin's tables; it is always nullable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtraColumn {
    /// Name of the table without the app's prefix.
    pub table: &'static str,
    /// Column name.
    pub name: &'static str,
    /// Rust type of its values, as the app's attribute says it.
    pub rust_type: &'static str,
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

/// The table that a foreign key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The app's users table.
    Users,
    /// A table of the plugin, by its name without the app's prefix.
    Table(&'static str),
}

/// One foreign key, always to the primary key of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignKeySchema {
    /// Referring column.
    pub column: &'static str,
    /// Target table.
    pub target: Target,
    /// Rule on delete.
    pub on_delete: OnDelete,
}

/// One table.
#[derive(Clone, Copy, Debug)]
pub struct TableSchema {
    /// Name without the app's prefix.
    pub name: &'static str,
    /// Its full name among those of an app.
    pub full_name: fn(&TableNames) -> &'static str,
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

loco_oauth_server_macros::tables! {}
