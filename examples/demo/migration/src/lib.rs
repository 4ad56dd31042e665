#![allow(elided_lifetimes_in_paths)]
#![allow(clippy::wildcard_imports)]
pub use sea_orm_migration::prelude::*;
mod m20220101_000001_users;
mod m20261123_114407_oauth_server;
mod m20261123_114407_oauth_server_v2;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20220101_000001_users::Migration),
            Box::new(m20261123_114407_oauth_server::Migration),
            Box::new(m20261123_114407_oauth_server_v2::Migration),
            // inject-above (do not remove this comment)
        ]
    }
}
