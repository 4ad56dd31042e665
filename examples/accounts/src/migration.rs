//! The tables: users, then those of the server.

use loco_rs::schema::{ColType, create_table, drop_table};
use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTrait, SchemaManager, sea_orm::DbErr,
};

/// Every migration.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Users),
            Box::new(oauth_server::Migration),
            Box::new(oauth_server_v2::Migration),
        ]
    }
}

struct Users;

impl MigrationName for Users {
    fn name(&self) -> &'static str {
        "m20220101_000001_users"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait spells it")]
#[async_trait::async_trait]
impl MigrationTrait for Users {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ("id", ColType::PkAuto),
            ("pid", ColType::Uuid),
            ("email", ColType::StringUniq),
            ("password", ColType::String),
            ("name", ColType::String),
        ];
        create_table(m, "users", &columns, &[]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_table(m, "users").await
    }
}

mod oauth_server {
    use loco_oauth_server_migration::OAuthServerMigration;

    #[derive(OAuthServerMigration)]
    #[oauth_server_migration(name = "m20260101_000001_oauth_server", version = 1)]
    pub struct Migration;
}

mod oauth_server_v2 {
    use loco_oauth_server_migration::OAuthServerMigration;

    #[derive(OAuthServerMigration)]
    #[oauth_server_migration(name = "m20260101_000002_oauth_server_v2", version = 2)]
    pub struct Migration;
}
