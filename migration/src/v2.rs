//! Version 2: indexes.
//!
//! Three are for columns that refer to rows which cleanup deletes: without them the database reads the whole
//! table for each deleted row. One finds the sealed answers of a family whose time is over, without reading all
//! its refresh tokens at each rotation.

use sea_orm_migration::{DbErr, SchemaManager};

use crate::{Options, lock::lock, table::NewIndex};

/// The indexes.
const INDEXES: [NewIndex; 4] = [
    of_reference("oauth_authorization_states", &["grant_id"]),
    of_reference("oauth_authorization_codes", &["consent_id"]),
    of_reference("oauth_refresh_tokens", &["parent_id"]),
    NewIndex {
        table: "oauth_refresh_tokens",
        columns: &["grant_id", "successor_until"],
        only_with: Some("successor_sealed"),
    },
];

const fn of_reference(table: &'static str, columns: &'static [&'static str]) -> NewIndex {
    NewIndex {
        table,
        columns,
        only_with: None,
    }
}

/// Creates the indexes. May run again, and at the same time on another node. Writes to the tables wait
/// meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn up(manager: &SchemaManager<'_>, options: &Options) -> Result<(), DbErr> {
    let transaction = manager.begin().await?;
    lock(&transaction).await?;
    for index in INDEXES {
        transaction.create_index(index.create(options)).await?;
    }
    transaction.commit().await
}

/// Drops the indexes.
///
/// # Errors
/// When the database fails.
pub async fn down(manager: &SchemaManager<'_>, options: &Options) -> Result<(), DbErr> {
    let transaction = manager.begin().await?;
    lock(&transaction).await?;
    for index in INDEXES {
        transaction.drop_index(index.drop(options)).await?;
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::sea_query::{PostgresQueryBuilder, SqliteQueryBuilder};

    use super::INDEXES;
    use crate::options::tests::OPTIONS;

    /// A difference here means that databases of existing apps and new ones would differ.
    #[test]
    fn version_2_is_frozen() {
        let texts = INDEXES.iter().flat_map(|index| {
            [
                index.create(&OPTIONS).to_string(PostgresQueryBuilder),
                index.create(&OPTIONS).to_string(SqliteQueryBuilder),
                index.drop(&OPTIONS).to_string(PostgresQueryBuilder),
            ]
        });
        insta::assert_snapshot!("v2", texts.collect::<Vec<_>>().join(";\n"));
    }
}
