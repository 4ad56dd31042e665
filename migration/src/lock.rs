//! One migration at a time.

use sea_orm_migration::{
    DbErr, SchemaManager,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// Any number, the same for every node and every version.
const LOCK: i64 = 0x6f61_7574_6873_7276;

/// On PostgreSQL "if not exists" is no protection between two transactions: both may find nothing,
/// and one then fails. SQLite has one writer at a time.
pub async fn lock(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    match connection.get_database_backend() {
        DbBackend::Postgres => {
            let statement = format!("SELECT pg_advisory_xact_lock({LOCK})");
            connection.execute_unprepared(&statement).await.map(drop)
        }
        DbBackend::Sqlite => Ok(()),
        other => Err(DbErr::BackendNotSupported {
            db: other.as_str(),
            ctx: "loco-oauth-server",
        }),
    }
}
