//! Statements whose text is the same in every request: it is put together once.

use std::sync::OnceLock;

use sea_orm::{
    DbBackend, Statement, Value,
    sea_query::{Expr, PostgresQueryBuilder, QueryStatementWriter, SimpleExpr, SqliteQueryBuilder},
};

use super::batches;

/// A statement whose text is put together at its first use. The database keeps its plan under the text.
#[derive(Debug, Default)]
pub struct Prepared(OnceLock<String>);

impl Prepared {
    /// Returns the statement with these values, of which the first is the parameter `$1`. `build` makes
    /// the statement; its only parameters are those of [`parameter`].
    pub fn with<S: QueryStatementWriter>(
        &self,
        backend: DbBackend,
        values: impl IntoIterator<Item = Value>,
        build: impl FnOnce() -> S,
    ) -> Statement {
        self.written(backend, values, || text(backend, &build()))
    }

    /// Returns the statement with these values, whose text is written by hand: `$1` is the first value.
    pub fn written(
        &self,
        backend: DbBackend,
        values: impl IntoIterator<Item = Value>,
        write: impl FnOnce() -> String,
    ) -> Statement {
        let text = self.0.get_or_init(write);
        Statement::from_sql_and_values(backend, text.as_str(), values)
    }
}

/// Name of the rows of a statement that reads for several requests. Their values are the columns `v1`, `v2`, ….
pub const REQUESTS: &str = "requests";

/// Name of the rows of a statement that writes for several requests. Another one than [`REQUESTS`], so that the
/// beginning of a statement says whether it only reads ([`READS`]).
pub const WORK: &str = "work";

/// How a statement begins that reads for several requests.
pub const READS: &str = "WITH \"requests\"";

/// Column of [`REQUESTS`] and [`WORK`] with the place of the row, from 0.
pub const PLACE: &str = "place";

/// Numbers of rows for which there are texts: fewer rows are filled up, so that the database keeps few
/// plans.
const SIZES: [usize; 5] = [1, 2, 4, 8, batches::MOST];

/// A statement for several requests at once, whose rows are a table in it.
#[derive(Debug)]
pub struct PreparedForMany([PreparedForSize; SIZES.len()]);

/// The statement for one number of rows.
#[derive(Debug)]
struct PreparedForSize {
    size: usize,
    text: Prepared,
}

impl Default for PreparedForMany {
    fn default() -> Self {
        Self(SIZES.map(|size| PreparedForSize {
            size,
            text: Prepared::default(),
        }))
    }
}

/// Rows of a statement for several requests.
pub struct Rows<I> {
    /// Number of rows.
    pub count: usize,
    /// The values of one row after the other.
    pub values: I,
    /// A row for which nothing is found.
    pub filling: Vec<Value>,
}

impl PreparedForMany {
    /// Returns a statement that reads, with these rows as [`REQUESTS`]. `build` makes the statement, which has
    /// no parameters.
    pub fn with<S: QueryStatementWriter>(
        &self,
        backend: DbBackend,
        rows: Rows<impl Iterator<Item = Value>>,
        build: impl FnOnce() -> S,
    ) -> Statement {
        self.named(REQUESTS, backend, rows, |requests| {
            format!("{requests} {}", text(backend, &build()))
        })
    }

    /// Returns a statement that writes, with these rows as [`WORK`]. Its text is written by hand after its
    /// beginning: `WITH` and the table of rows.
    pub fn written(
        &self,
        backend: DbBackend,
        rows: Rows<impl Iterator<Item = Value>>,
        write: impl FnOnce(String) -> String,
    ) -> Statement {
        self.named(WORK, backend, rows, write)
    }

    fn named(
        &self,
        name: &str,
        backend: DbBackend,
        rows: Rows<impl Iterator<Item = Value>>,
        write: impl FnOnce(String) -> String,
    ) -> Statement {
        let Rows {
            count,
            values,
            filling,
        } = rows;
        debug_assert!(count <= batches::MOST, "{count} rows in one statement");
        let [.., largest] = &self.0;
        let fitting = self.0.iter().find(|it| it.size >= count);
        let PreparedForSize { size, text } = fitting.unwrap_or(largest);
        let width = filling.len();
        let missing = size.saturating_sub(count);
        let fill = std::iter::repeat_n(filling, missing).flatten();
        let values = values.chain(fill).take(size * width);
        text.written(backend, values, || write(table(name, *size, width)))
    }
}

/// `WITH "name" ("place", "v1", …) AS (VALUES (0, $1, …), …)`
fn table(name: &str, size: usize, width: usize) -> String {
    let names: Vec<String> = (1..=width).map(|number| format!("\"v{number}\"")).collect();
    let row = |place: usize| {
        let numbers = (1..=width).map(|it| place * width + it);
        let values: Vec<String> = numbers.map(|number| format!("${number}")).collect();
        format!("({place}, {})", values.join(", "))
    };
    let rows: Vec<String> = (0..size).map(row).collect();
    format!(
        "WITH \"{name}\" (\"{PLACE}\", {}) AS (VALUES {})",
        names.join(", "),
        rows.join(", ")
    )
}

/// The parameter with this number, from 1. A number may stand several times in a statement.
pub fn parameter(number: usize) -> SimpleExpr {
    Expr::cust(format!("${number}"))
}

/// The text of a statement for a database, with literals in it.
pub fn text(backend: DbBackend, statement: &impl QueryStatementWriter) -> String {
    match backend {
        DbBackend::Postgres => statement.to_string(PostgresQueryBuilder),
        _ => statement.to_string(SqliteQueryBuilder),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{Alias, ExprTrait, Query};

    use super::*;

    #[test]
    fn rows_are_filled_up_to_the_next_size() {
        let prepared = PreparedForMany::default();
        let rows = |count: i32| Rows {
            count: usize::try_from(count).unwrap(),
            values: (0..count).flat_map(|it| [Value::from(it), Value::from("a")]),
            filling: vec![Value::from(-1), Value::from("")],
        };
        let build = || {
            Query::select()
                .from(Alias::new(REQUESTS))
                .expr(Expr::value(1))
                .to_owned()
        };
        let one = prepared.with(DbBackend::Sqlite, rows(1), build);
        let with = r#"WITH "requests" ("place", "v1", "v2") AS (VALUES (0, $1, $2)"#;
        assert_eq!(one.sql, format!(r#"{with}) SELECT 1 FROM "requests""#));
        let three = prepared.with(DbBackend::Sqlite, rows(3), build);
        assert!(
            three.sql.contains("(2, $5, $6), (3, $7, $8)) SELECT"),
            "{}",
            three.sql
        );
        let values = three.values.unwrap().0;
        assert_eq!(values[4..], [2.into(), "a".into(), (-1).into(), "".into()]);
        for count in 1..=16 {
            let statement = prepared.with(DbBackend::Sqlite, rows(count), build);
            assert!(statement.values.unwrap().0.len() >= 2 * usize::try_from(count).unwrap());
        }
    }

    #[test]
    fn a_text_is_built_once_and_the_values_change() {
        let prepared = Prepared::default();
        let build = || {
            let mut select = Query::select();
            let column = |name: &str| Expr::col(Alias::new(name));
            select
                .expr(Expr::value(1))
                .from(Alias::new("t"))
                .and_where(column("a").eq(parameter(1)))
                .and_where(
                    column("b")
                        .eq(parameter(2))
                        .or(column("c").eq(parameter(1))),
                );
            select
        };
        let first = prepared.with(DbBackend::Postgres, ["x".into(), 2.into()], build);
        let text = r#"SELECT 1 FROM "t" WHERE "a" = ($1) AND ("b" = ($2) OR "c" = ($1))"#;
        assert_eq!(first.sql, text);
        let never = || -> sea_orm::sea_query::SelectStatement { unreachable!("built twice") };
        let second = prepared.with(DbBackend::Postgres, ["y".into(), 3.into()], never);
        assert_eq!(second.sql, text);
        assert_eq!(second.values.unwrap().0, ["y".into(), 3.into()]);
    }
}
