//! The app's migrations: the users, then ours.

use loco_rs::schema::{ColType, create_table, drop_table};
use sea_orm_migration::prelude::*;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(users::Migration),
            Box::new(oauth_server::Migration),
            Box::new(oauth_server_v2::Migration),
        ]
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait spells it")]
mod users {
    use super::*;

    pub struct Migration;

    impl MigrationName for Migration {
        fn name(&self) -> &'static str {
            "m20220101_000001_users"
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
            let columns = [
                ("id", ColType::PkAuto),
                ("pid", ColType::Uuid),
                ("email", ColType::StringUniq),
                ("password", ColType::String),
                ("name", ColType::String),
                ("active", ColType::Boolean),
                ("email_verified_at", ColType::TimestampWithTimeZoneNull),
            ];
            create_table(m, "users", &columns, &[]).await
        }

        async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
            drop_table(m, "users").await
        }
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
