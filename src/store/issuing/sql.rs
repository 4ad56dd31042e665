//! The parts of the statements of [`super`], as text.

use crate::store::{
    access_tokens::AccessTokenRow, ephemerals::EphemeralRow, record::Record,
    refresh_tokens::RefreshTokenRow, schema::TableNames,
};

/// Writes the value with a number.
pub(super) type Write<'a> = &'a dyn Fn(usize) -> String;

/// A client is noted once for a session.
pub(super) const ONCE: &str = "ON CONFLICT (\"kind\", \"key_hash\") DO NOTHING";

/// Selects the ids of the oldest answers of a family whose time is over.
pub(super) fn over(tables: &TableNames, value: Write<'_>) -> String {
    let (now, id, grant) = (value(1), value(2), value(3));
    let refresh = tables.refresh_tokens;
    format!(
        "SELECT \"id\" FROM \"{refresh}\" WHERE \"grant_id\" = {grant} AND \"id\" <> {id} \
         AND \"successor_sealed\" IS NOT NULL AND \"successor_until\" <= {now} \
         ORDER BY \"successor_until\" LIMIT 4"
    )
}

/// Erases the sealed answers of the rows whose ids `are` so.
pub(super) fn erase(tables: &TableNames, are: &str) -> String {
    let refresh = tables.refresh_tokens;
    format!(
        "UPDATE \"{refresh}\" SET \"successor_sealed\" = NULL, \"updated_at\" = CURRENT_TIMESTAMP \
         WHERE \"id\" {are}"
    )
}

pub(super) fn insert_refresh(tables: &TableNames, value: Write<'_>, first: usize) -> String {
    let columns = RefreshTokenRow::COLUMNS.iter().skip(1).copied();
    let last = first + RefreshTokenRow::COLUMNS.len() - 2;
    let values: Vec<String> = (first..=last).map(value).collect();
    let into = into(tables.refresh_tokens, columns);
    format!("{into} SELECT {}", values.join(", "))
}

/// `refresh` is the id of the new refresh token.
pub(super) fn insert_access(
    tables: &TableNames,
    value: Write<'_>,
    first: usize,
    refresh: Option<&str>,
) -> String {
    let columns = || AccessTokenRow::COLUMNS.iter().skip(1).copied();
    let values: Vec<String> = columns()
        .zip(first..)
        .map(|(column, number)| match (column, refresh) {
            ("refresh_token_id", Some(refresh)) => refresh.to_owned(),
            _ => value(number),
        })
        .collect();
    let into = into(tables.access_tokens, columns());
    format!("{into} SELECT {}", values.join(", "))
}

pub(super) fn insert_noted(tables: &TableNames, value: Write<'_>, first: usize) -> String {
    let columns = EphemeralRow::COLUMNS.iter().skip(1).copied();
    let last = first + EphemeralRow::COLUMNS.len() - 2;
    let values: Vec<String> = (first..=last).map(value).collect();
    let into = into(tables.ephemerals, columns);
    format!("{into} SELECT {}", values.join(", "))
}

pub(super) fn into<'a>(table: &str, columns: impl IntoIterator<Item = &'a str>) -> String {
    let columns: Vec<String> = columns.into_iter().map(|it| format!("\"{it}\"")).collect();
    format!("INSERT INTO \"{table}\" ({})", columns.join(", "))
}
