//! Words for writing a version: column types and rules, turned into statements.
//!
//! Released versions are made of these words. Add words; do not change what one of them creates.

use sea_orm_migration::sea_query::{
    ColumnDef, ColumnType, ConditionalStatement, Expr, ExprTrait, ForeignKey, ForeignKeyAction,
    Index, IndexCreateStatement, IndexDropStatement, StringLen, Table as TableStatement,
    TableCreateStatement, TableDropStatement,
};

use crate::{
    names::index_name,
    options::{ExtraType, Options, UserKey},
};

/// Type of a column, apart from how a database calls it.
#[derive(Clone, Copy)]
pub enum Type {
    Text,
    Json,
    Bool,
    Int,
    Seconds,
    Hash,
    Blob,
    /// Primary key of the users table, a foreign key.
    UserKey(ForeignKeyAction),
    /// `id` of a table of the plugin, a foreign key.
    Reference(&'static str, ForeignKeyAction),
}

/// Columns that share type and rule; names are separated by spaces.
pub struct Columns {
    names: &'static str,
    ty: Type,
    rule: Rule,
}

#[derive(Clone, Copy)]
enum Rule {
    Null,
    NotNull,
    /// Not null, with a value for statements that leave the column out.
    Default(&'static str),
}

/// One table of a version. `id`, `created_at` and `updated_at` are understood.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Columns],
    pub indexes: &'static [&'static [&'static str]],
    pub unique: &'static [&'static [&'static str]],
}

pub const fn not_null(names: &'static str, ty: Type) -> Columns {
    let rule = Rule::NotNull;
    Columns { names, ty, rule }
}

pub const fn null(names: &'static str, ty: Type) -> Columns {
    let rule = Rule::Null;
    Columns { names, ty, rule }
}

/// `value` is an SQL literal that all databases understand.
pub const fn default(names: &'static str, ty: Type, value: &'static str) -> Columns {
    let rule = Rule::Default(value);
    Columns { names, ty, rule }
}

impl Table {
    /// Creates the table with its foreign keys, without indexes.
    pub fn create(&self, options: &Options) -> TableCreateStatement {
        let mut table = TableStatement::create();
        table
            .table(full_name(options, self.name))
            .if_not_exists()
            .col(id())
            .col(timestamp("created_at"))
            .col(timestamp("updated_at"));
        for columns in self.columns {
            for name in columns.names.split_whitespace() {
                table.col(columns.definition(name, options));
                columns.add_foreign_key(name, options, &mut table);
            }
        }
        for extra in options
            .extra
            .iter()
            .filter(|extra| extra.table == self.name)
        {
            table.col(extra_definition(extra.name, extra.ty));
        }
        table
    }

    /// Creates the indexes.
    pub fn create_indexes(&self, options: &Options) -> Vec<IndexCreateStatement> {
        let table = full_name(options, self.name);
        let unique = self.unique.iter().map(|columns| {
            let mut index = index(&table, columns, "key");
            index.unique().to_owned()
        });
        let plain = self.indexes.iter();
        let plain = plain.map(|columns| index(&table, columns, "idx"));
        unique.chain(plain).collect()
    }

    /// Drops the table with everything on it.
    pub fn drop(&self, options: &Options) -> TableDropStatement {
        let table = full_name(options, self.name);
        TableStatement::drop().table(table).if_exists().to_owned()
    }
}

/// An index that a version adds to a table of an older one.
#[derive(Clone, Copy)]
pub struct NewIndex {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// Rows in which this column is NULL are left out.
    pub only_with: Option<&'static str>,
}

impl NewIndex {
    /// Creates the index.
    pub fn create(self, options: &Options) -> IndexCreateStatement {
        let mut index = index(&full_name(options, self.table), self.columns, "idx");
        if let Some(column) = self.only_with {
            index.cond_where(Expr::col(column).is_not_null());
        }
        index
    }

    /// Drops the index.
    pub fn drop(self, options: &Options) -> IndexDropStatement {
        let table = full_name(options, self.table);
        Index::drop()
            .name(index_name(&table, self.columns, "idx"))
            .table(table)
            .if_exists()
            .to_owned()
    }
}

impl Columns {
    fn definition(&self, name: &str, options: &Options) -> ColumnDef {
        let ty = match (self.ty, options.user_key) {
            (Type::Text, _) => ColumnType::Text,
            (Type::Json, _) => ColumnType::JsonBinary,
            (Type::Bool, _) => ColumnType::Boolean,
            (Type::Int, _) | (Type::UserKey(_), UserKey::I32) => ColumnType::Integer,
            (Type::Seconds | Type::Reference(..), _) | (Type::UserKey(_), UserKey::I64) => {
                ColumnType::BigInteger
            }
            (Type::UserKey(_), UserKey::Uuid) => ColumnType::Uuid,
            (Type::Hash, _) => ColumnType::Binary(32),
            (Type::Blob, _) => ColumnType::VarBinary(StringLen::None),
        };
        let mut column = ColumnDef::new_with_type(name.to_owned(), ty);
        match self.rule {
            Rule::Null => column.null(),
            Rule::NotNull => column.not_null(),
            Rule::Default(value) => column.not_null().default(Expr::cust(value)),
        };
        column
    }

    fn add_foreign_key(&self, name: &str, options: &Options, table: &mut TableCreateStatement) {
        let (target, column, action) = match self.ty {
            Type::UserKey(action) => (
                options.users_table.to_owned(),
                options.user_key_column,
                action,
            ),
            Type::Reference(target, action) => (full_name(options, target), "id", action),
            _ => return,
        };
        table.foreign_key(
            ForeignKey::create()
                .from_col(name.to_owned())
                .to(target, column)
                .on_delete(action),
        );
    }
}

fn full_name(options: &Options, table: &str) -> String {
    format!("{}{table}", options.table_prefix)
}

fn id() -> ColumnDef {
    let mut id = ColumnDef::new("id");
    id.big_integer().not_null().auto_increment().primary_key();
    id
}

fn timestamp(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .timestamp_with_time_zone()
        .not_null()
        .default(Expr::current_timestamp())
        .to_owned()
}

fn extra_definition(name: &'static str, ty: ExtraType) -> ColumnDef {
    let ty = match ty {
        ExtraType::I32 => ColumnType::Integer,
        ExtraType::I64 => ColumnType::BigInteger,
        ExtraType::Bool => ColumnType::Boolean,
        ExtraType::String => ColumnType::Text,
        ExtraType::Json => ColumnType::JsonBinary,
        ExtraType::Uuid => ColumnType::Uuid,
        ExtraType::DateTimeWithTimeZone => ColumnType::TimestampWithTimeZone,
    };
    ColumnDef::new_with_type(name, ty).null().to_owned()
}

fn index(table: &str, columns: &[&'static str], suffix: &str) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(index_name(table, columns, suffix))
        .table(table.to_owned())
        .if_not_exists();
    for column in columns {
        index.col(*column);
    }
    index
}
