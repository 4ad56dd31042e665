//! What a database can hold (GE-12): the one check of every value on its way into a statement.
//!
//! PostgreSQL refuses U+0000 in a text and in a JSON document (codes 22021 and 22P05); SQLite would
//! take it. Both behave alike here: a value that no row can hold is found nowhere and stored
//! nowhere, and neither counts as a fault of the database.

use std::sync::Arc;

use sea_orm::{DbErr, RuntimeErr, SqlxError, Statement, Value};
use serde_json::Value as Json;

use super::prepared;

/// A statement would have stored a value that no database column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text with U+0000, which no database column can hold")]
pub struct Unstorable;

impl From<Unstorable> for DbErr {
    fn from(error: Unstorable) -> Self {
        let error = SqlxError::Encode(Box::new(error));
        Self::Query(RuntimeErr::SqlxError(Arc::new(error)))
    }
}

/// Whether a column can hold the text.
pub fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// Returns the statement as it may go to the database.
///
/// A statement that only looks rows up or deletes them compares with its texts. A text that no
/// column can hold becomes NULL there, which equals nothing: no row is found, as for every other
/// unknown value.
///
/// # Errors
/// [`Unstorable`] for a statement that would write such a value.
pub fn admit(mut statement: Statement) -> Result<Statement, Unstorable> {
    let values = statement.values.iter_mut().flat_map(|values| &mut values.0);
    let mut refused = values.filter(|value| !holds(value)).peekable();
    if refused.peek().is_none() {
        drop(refused);
        return Ok(statement);
    }
    if !only_reads(&statement.sql) && !statement.sql.starts_with("DELETE") {
        return Err(Unstorable);
    }
    for value in refused {
        *value = value.as_null();
    }
    Ok(statement)
}

/// Whether a statement changes nothing.
pub fn only_reads(sql: &str) -> bool {
    sql.starts_with("SELECT") || sql.starts_with(prepared::READS)
}

fn holds(value: &Value) -> bool {
    match value {
        Value::String(Some(text)) => is_storable(text),
        Value::Char(Some(character)) => *character != '\0',
        Value::Json(Some(document)) => holds_json(document),
        _ => true,
    }
}

fn holds_json(document: &Json) -> bool {
    match document {
        Json::String(text) => is_storable(text),
        Json::Array(entries) => entries.iter().all(holds_json),
        Json::Object(members) => members
            .iter()
            .all(|(name, value)| is_storable(name) && holds_json(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => true,
    }
}

/// Codes of PostgreSQL and of SQLite for a value that does not fit, whatever the statement: too
/// long for its column or index, out of range, not text of the database's encoding.
const REFUSED: [&str; 8] = [
    "22001", "22003", "22021", "22P02", "22P03", "22P05", "54000", "18",
];

/// Whether a value of the statement was refused, by [`admit`] or by the database itself, which the
/// app's own tables may cause.
pub fn is_refused(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    match &**error {
        SqlxError::Encode(error) => error.is::<Unstorable>(),
        SqlxError::Database(error) => {
            let code = error.code();
            code.is_some_and(|code| REFUSED.contains(&code.as_ref()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sea_orm::DbBackend;
    use serde_json::json;

    use super::*;

    fn statement(sql: &str, value: Value) -> Statement {
        Statement::from_sql_and_values(DbBackend::Postgres, sql, [value, 7_i64.into()])
    }

    #[rstest]
    #[case::text("a\0b".into())]
    #[case::only("\0".into())]
    #[case::character('\0'.into())]
    #[case::json(json!({ "a": ["b", { "c": "\0" }] }).into())]
    #[case::name(json!({ "a": { "\0": 1 } }).into())]
    fn s_b10_what_no_column_holds_is_found_nowhere_and_stored_nowhere(#[case] value: Value) {
        for sql in [
            "SELECT * FROM t WHERE a = $1 AND b = $2",
            "WITH \"requests\" (\"place\", \"v1\", \"v2\") AS (VALUES (0, $1, $2)) SELECT 1",
            "DELETE FROM t WHERE a = $1 AND b = $2",
        ] {
            let admitted = admit(statement(sql, value.clone())).unwrap();
            assert_eq!(admitted.values.unwrap().0, [value.as_null(), 7_i64.into()]);
        }
        for sql in [
            "INSERT INTO t (a, b) VALUES ($1, $2)",
            "INSERT INTO t (a, b) SELECT $1, $2",
            "WITH \"work\" (\"place\", \"v1\", \"v2\") AS (VALUES (0, $1, $2)), used AS (UPDATE …) SELECT 1",
            "UPDATE t SET a = $1 WHERE b = $2",
        ] {
            assert_eq!(admit(statement(sql, value.clone())), Err(Unstorable));
        }
    }

    #[rstest]
    #[case::text("a\u{1}\u{fffe}\u{10ffff}\\u0000".into())]
    #[case::empty("".into())]
    #[case::bytes(vec![0_u8, 1].into())]
    #[case::json(json!({ "a": [null, true, 1e300, "\\u0000"] }).into())]
    #[case::null(Value::String(None))]
    fn s_b10_everything_else_goes_as_it_is(#[case] value: Value) {
        for sql in ["SELECT $1, $2", "INSERT INTO t VALUES ($1, $2)"] {
            let sent = statement(sql, value.clone());
            assert_eq!(admit(sent.clone()), Ok(sent));
        }
    }

    #[test]
    fn s_b10_the_refusal_is_known_again() {
        assert!(is_refused(&Unstorable.into()));
        assert!(!is_refused(&DbErr::Custom("another".into())));
    }
}
