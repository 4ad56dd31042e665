//! Four small apps: one per key type, and one that uses every option of the derives.

use async_trait::async_trait;
use loco_oauth_server::OAuthServerDefinition;
use sea_orm::{ColumnType, DatabaseConnection};
use sea_orm_migration::MigrationTrait;

/// What the tests ask of an app.
#[async_trait]
pub trait TestApp {
    type OAuth: OAuthServerDefinition;
    /// The users table.
    const USERS: &'static str;
    /// Its primary key.
    const KEY_COLUMN: &'static str;
    /// Type of its primary key.
    const KEY: &'static str;

    fn migrations() -> Vec<Box<dyn MigrationTrait>>;

    /// Makes the users table, which in a real app an earlier migration has made.
    async fn create_users(db: &DatabaseConnection);

    /// Writes a row per entity, all of one user, and reads each of them again.
    async fn insert_rows(db: &DatabaseConnection);

    /// Name, type and nullability of an entity's columns.
    fn entity_columns(table: &str) -> Vec<(String, ColumnType, bool)>;
}

app! {
    IntApp in with_int_keys, key id: i32 = 1, users "users",
    server(user_key = "i32"),
    migration(user_key = "i32")
}

app! {
    BigIntApp in with_big_int_keys, key id: i64 = 1, users "users",
    server(),
    migration()
}

app! {
    UuidApp in with_uuid_keys, key id: Uuid = Uuid::from_u128(1), users "users",
    server(user_key = "Uuid"),
    migration(user_key = "Uuid")
}

app! {
    PrefixedApp in with_every_option, key pid: Uuid = Uuid::from_u128(1), users "people",
    server(
        user_key = "Uuid", user_key_column = "Pid", users_table = "people",
        user_model = "users::Model", hooks = "loco_oauth_server::hooks::DefaultHooks",
        table_prefix = "a_prefix_of_thirty_two_letters__",
        extra(
            oauth_clients(
                tenant_id = "i32", quota = "i64", internal = "bool", note = "String",
                settings = "Json", partner_id = "Uuid", reviewed_at = "DateTimeWithTimeZone",
            ),
            oauth_sessions(tenant_1 = "i64")
        )
    ),
    migration(
        user_key = "Uuid", user_key_column = "pid", users_table = "people",
        table_prefix = "a_prefix_of_thirty_two_letters__",
        extra(
            oauth_clients(
                tenant_id = "i32", quota = "i64", internal = "bool", note = "String",
                settings = "Json", partner_id = "Uuid", reviewed_at = "DateTimeWithTimeZone",
            ),
            oauth_sessions(tenant_1 = "i64")
        )
    )
}
