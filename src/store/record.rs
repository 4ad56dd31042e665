//! Typed records of the plugin's tables.

use crate::protocol::time::UnixTime;
use sea_orm::{
    ConnectionTrait, DbErr, FromJsonQueryResult, QueryResult, TryGetable, Value,
    sea_query::{Alias, Expr, ExprTrait, InsertStatement, Query, SelectStatement, SimpleExpr},
};
use serde::{Deserialize, Serialize};

/// A JSON array of strings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Strings(pub Vec<String>);

impl From<Vec<String>> for Strings {
    fn from(values: Vec<String>) -> Self {
        Self(values)
    }
}

/// A row of one of the plugin's tables.
pub trait Record: Sized {
    /// The primary key of the table.
    type Id: TryGetable + Send;

    /// Column names, `id` first.
    const COLUMNS: &'static [&'static str];

    /// Column values in the order of [`Self::COLUMNS`], without `id`.
    fn values(&self) -> Vec<Value>;

    /// Builds the `SELECT` of all columns of `table`.
    fn select(table: &str) -> SelectStatement {
        let mut select = Query::select();
        select
            .columns(Self::COLUMNS.iter().map(|name| Alias::new(*name)))
            .from(Alias::new(table));
        select
    }

    /// Adds the columns of `table` to a `SELECT` with joins. [`Columns::record`] reads them.
    fn select_into(select: &mut SelectStatement, table: &str) {
        for name in Self::COLUMNS {
            select.expr(Expr::col((Alias::new(table), Alias::new(*name))));
        }
    }

    /// Reads the record from the columns of a row, of which its first is number `start`.
    ///
    /// # Errors
    /// Returns an error when a column is missing or of another type.
    fn read_at(row: &QueryResult, start: usize) -> Result<Self, DbErr>;

    /// Reads the record from a row of [`Self::select`].
    ///
    /// # Errors
    /// Returns an error when a column is missing or of another type.
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Self::read_at(row, 0)
    }

    /// Builds the `INSERT` of this record, except `id`.
    fn insert_into(&self, table: &str) -> InsertStatement {
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new(table))
            .columns(Self::COLUMNS.iter().skip(1).map(|name| Alias::new(*name)))
            .values_panic_free(self.values());
        insert
    }

    /// Inserts the record and returns its id.
    ///
    /// # Errors
    /// Returns an error when the database refuses or fails.
    fn insert(
        &self,
        conn: &impl ConnectionTrait,
        table: &str,
    ) -> impl Future<Output = Result<Self::Id, DbErr>> + Send {
        let mut insert = self.insert_into(table);
        insert.returning_col(Alias::new("id"));
        async move {
            let row = conn
                .query_one(&insert)
                .await?
                .ok_or(DbErr::RecordNotInserted)?;
            row.try_get("", "id")
        }
    }
}

/// The columns of a row, read in the order in which the statement names them. By number: a name would be
/// looked up, and put together before, for each of a hundred columns.
pub struct Columns<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl<'r> Columns<'r> {
    /// Starts at the first column.
    pub const fn of(row: &'r QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// Reads the record of the next columns; `None` where an outer join found nothing.
    ///
    /// # Errors
    /// Returns an error when a column is missing or of another type.
    pub fn record<R: Record>(&mut self) -> Result<Option<R>, DbErr> {
        let start = self.next;
        self.next += R::COLUMNS.len();
        let id: Option<R::Id> = self.row.try_get_by_index(start)?;
        id.map(|_| R::read_at(self.row, start)).transpose()
    }

    /// Reads the next column, the place of a request in a statement of several.
    ///
    /// # Errors
    /// Returns an error when the column is missing or of another type.
    pub fn place(&mut self) -> Result<usize, DbErr> {
        let place: i32 = self.value()?;
        Ok(usize::try_from(place).unwrap_or(usize::MAX))
    }

    /// Reads the next column.
    ///
    /// # Errors
    /// Returns an error when the column is missing or of another type.
    pub fn value<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        self.row.try_get_by_index(self.next - 1)
    }
}

/// The number of values always equals the number of columns, because one macro writes both.
trait ValuesPanicFree {
    fn values_panic_free(&mut self, values: Vec<Value>) -> &mut Self;
}

impl ValuesPanicFree for InsertStatement {
    fn values_panic_free(&mut self, values: Vec<Value>) -> &mut Self {
        // Null is written as the keyword: a bound null has a type, which need not be the column's.
        let values = values.into_iter().map(|value| {
            if value == value.as_null() {
                Expr::cust("NULL")
            } else {
                SimpleExpr::from(value)
            }
        });
        if self.values(values).is_err() {
            tracing::error!("a record lists more columns than values");
        }
        self
    }
}

/// Declares a record: the struct, its columns and its values, so that the three cannot disagree.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident {
        $(#[$id_meta:meta])* pub id: $id:ty,
        $($(#[$field_meta:meta])* pub $field:ident: $kind:ty,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $name {
            $(#[$id_meta])*
            #[allow(dead_code, reason = "not every table is read by it")]
            pub id: $id,
            $($(#[$field_meta])* pub $field: $kind,)+
        }

        impl $crate::store::record::Record for $name {
            type Id = $id;

            const COLUMNS: &'static [&'static str] = &["id", $(stringify!($field)),+];

            fn values(&self) -> Vec<sea_orm::Value> {
                vec![$(self.$field.clone().into()),+]
            }

            fn read_at(row: &sea_orm::QueryResult, start: usize) -> Result<Self, sea_orm::DbErr> {
                // The fields of a struct are evaluated in the order in which they are written.
                let mut columns = start..;
                let mut next = move || columns.next().unwrap_or_default();
                Ok(Self {
                    id: row.try_get_by_index(next())?,
                    $($field: row.try_get_by_index(next())?,)+
                })
            }
        }
    };
}

pub(crate) use record;

/// `column = value`
pub fn eq(column: &str, value: impl Into<Value>) -> SimpleExpr {
    Expr::col(Alias::new(column)).eq(value.into())
}

/// `table.column = value`
pub fn eq_of(table: &str, column: &str, value: impl Into<Value>) -> SimpleExpr {
    Expr::col((Alias::new(table), Alias::new(column))).eq(value.into())
}

/// A column of one table in a statement with joins.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The table, or its alias.
    pub table: &'a str,
    /// The column.
    pub name: &'a str,
}

/// The column `name` of `table`.
pub const fn column<'a>(table: &'a str, name: &'a str) -> Column<'a> {
    Column { table, name }
}

/// `left.a = right.b`
pub fn same(left: Column<'_>, right: Column<'_>) -> SimpleExpr {
    Expr::col((Alias::new(left.table), Alias::new(left.name)))
        .equals((Alias::new(right.table), Alias::new(right.name)))
}

/// `column IS NULL`
pub fn is_null(column: &str) -> SimpleExpr {
    Expr::col(Alias::new(column)).is_null()
}

/// `column > value`
pub fn gt(column: &str, value: UnixTime) -> SimpleExpr {
    Expr::col(Alias::new(column)).gt(value)
}
