//! Stands in for `loco-oauth-server-migration`.

#![allow(dead_code)]

pub mod __private {
    pub use async_trait;

    pub mod sea_orm_migration {
        pub struct DbErr;
        pub struct SchemaManager<'c>(&'c ());

        pub trait MigrationName {
            fn name(&self) -> &str;
        }

        #[async_trait::async_trait]
        pub trait MigrationTrait: MigrationName {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr>;
        }
    }
}
