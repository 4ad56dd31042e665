//! Version 1: the eight tables, also with the columns of features that are still to come, so that
//! these need no migration.

mod tables;

use sea_orm_migration::{DbErr, SchemaManager};

use crate::{Options, lock::lock, table::Table};

/// Order of creation: a table comes after those it refers to.
const TABLES: [&Table; 8] = [
    &tables::CLIENTS,
    &tables::SESSIONS,
    &tables::CONSENTS,
    &tables::AUTHORIZATION_CODES,
    &tables::AUTHORIZATION_STATES,
    &tables::REFRESH_TOKENS,
    &tables::ACCESS_TOKENS,
    &tables::EPHEMERALS,
];

/// Creates the tables, then their indexes. May run again, and at the same time on another node.
///
/// # Errors
/// When the database fails.
pub async fn up(manager: &SchemaManager<'_>, options: &Options) -> Result<(), DbErr> {
    let transaction = manager.begin().await?;
    lock(&transaction).await?;
    for table in TABLES {
        transaction.create_table(table.create(options)).await?;
    }
    for index in TABLES
        .iter()
        .flat_map(|table| table.create_indexes(options))
    {
        transaction.create_index(index).await?;
    }
    transaction.commit().await
}

/// Drops the tables.
///
/// # Errors
/// When the database fails.
pub async fn down(manager: &SchemaManager<'_>, options: &Options) -> Result<(), DbErr> {
    let transaction = manager.begin().await?;
    lock(&transaction).await?;
    for table in TABLES.iter().rev() {
        transaction.drop_table(table.drop(options)).await?;
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::sea_query::{PostgresQueryBuilder, SchemaBuilder, SqliteQueryBuilder};

    use super::TABLES;
    use crate::options::tests::OPTIONS;

    fn script<B: SchemaBuilder + Default>() -> String {
        let tables = TABLES
            .iter()
            .map(|table| table.create(&OPTIONS).to_string(B::default()));
        let indexes = TABLES
            .iter()
            .flat_map(|table| table.create_indexes(&OPTIONS));
        let indexes = indexes.map(|index| index.to_string(B::default()));
        let statements: Vec<_> = tables.chain(indexes).collect();
        // One column per line, so that a difference is seen.
        statements.join(";\n").replace(", ", ",\n  ")
    }

    /// A difference here means that databases of existing apps and new ones would differ.
    #[test]
    fn version_1_is_frozen_on_postgresql() {
        insta::assert_snapshot!("v1_postgresql", script::<PostgresQueryBuilder>());
    }

    #[test]
    fn version_1_is_frozen_on_sqlite() {
        insta::assert_snapshot!("v1_sqlite", script::<SqliteQueryBuilder>());
    }
}
