//! The one description of the plugin's tables. The entities of an app and the library's own
//! description of the tables (`store::schema`) are generated from it; a drift test holds migrations
//! and records to it.
//!
//! A new column goes here, into a new version of the migration crate, and into the record of its
//! table in the library's `store/`. A column that is there for a standard which the library does not
//! implement yet is marked as planned: it spares the apps a migration later.

mod tables;

pub use tables::TABLES;

use tables::EVERY_TABLE;

/// Newest migration version that this description needs.
pub const SCHEMA_VERSION: u32 = 2;

/// What a row does when the row it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    Cascade,
    SetNull,
}

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Id,
    Timestamp,
    /// Primary key of the app's users table, a foreign key.
    UserKey(OnDelete),
    /// `id` of the named table of the plugin, a foreign key.
    Reference(&'static str, OnDelete),
    Text,
    Json,
    Bool,
    Int,
    Seconds,
    Hash,
    Blob,
}

impl Kind {
    /// Hashes and sealed values are of no use outside of the library, and harmful in a log.
    pub const fn is_hidden(self) -> bool {
        matches!(self, Self::Hash | Self::Blob)
    }
}

/// Columns that share type and nullability: one row of a table's description.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Names, separated by spaces.
    names: &'static str,
    kind: Kind,
    nullable: bool,
    planned_for: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
    /// The standard that will use a column which nothing reads or writes yet.
    pub planned_for: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub struct Index {
    pub columns: &'static [&'static str],
    pub unique: bool,
    /// Rows in which this column is NULL are left out.
    pub only_with: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name without the app's prefix; also the name of the generated module.
    pub name: &'static str,
    pub doc: &'static str,
    rows: &'static [Row],
    pub indexes: &'static [Index],
}

impl Table {
    /// All columns in order, beginning with those that every table has.
    pub fn columns(&self) -> impl Iterator<Item = Column> + '_ {
        EVERY_TABLE.iter().chain(self.rows).flat_map(|row| {
            row.names.split_whitespace().map(|name| Column {
                name,
                kind: row.kind,
                nullable: row.nullable,
                planned_for: row.planned_for,
            })
        })
    }

    /// Whether `column` alone identifies a row.
    pub fn is_unique(&self, column: &str) -> bool {
        self.indexes
            .iter()
            .any(|index| index.unique && index.columns == [column])
    }
}

/// The table with this name (without prefix).
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
