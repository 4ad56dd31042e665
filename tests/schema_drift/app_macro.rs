//! An app as the generator writes it, in a module of its own.

macro_rules! app {
    (
        $app:ident in $module:ident, key $key:ident: $key_type:ty = $value:expr,
        users $users:literal,
        server($($server:tt)*),
        migration($($migration:tt)*)
    ) => {
        pub struct $app;

        mod $module {
            use async_trait::async_trait;
            use loco_oauth_server::{resource_owner::ResourceOwner, OAuthServer};
            use loco_oauth_server_migration::OAuthServerMigration;
            use loco_rs::{app::AppContext, model::ModelResult};
            use sea_orm::{
                ActiveModelTrait, ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection,
                EntityTrait, IdenStatic, Iterable, ModelTrait, QueryFilter, Schema, Set,
            };
            use sea_orm_migration::MigrationTrait;
            use serde_json::json;
            #[allow(unused_imports)]
            use uuid::Uuid;

            use super::{$app, TestApp};

            pub mod users {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(table_name = $users)]
                pub struct Model {
                    #[sea_orm(primary_key, auto_increment = false)]
                    pub $key: $key_type,
                    #[sea_orm(unique)]
                    pub email: String,
                }

                #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }

            #[derive(OAuthServer)]
            #[oauth_server(users = "self::users", $($server)*)]
            pub struct OAuth;

            #[derive(OAuthServerMigration)]
            #[oauth_server_migration(
                name = "m20260101_000000_oauth_server", version = 1, $($migration)*
            )]
            pub struct Migration;

            #[derive(OAuthServerMigration)]
            #[oauth_server_migration(
                name = "m20260101_000001_oauth_server_v2", version = 2, $($migration)*
            )]
            pub struct Indexes;

            resource_owner!($key: $key_type);

            #[async_trait]
            impl TestApp for $app {
                type OAuth = OAuth;
                const USERS: &'static str = $users;
                const KEY_COLUMN: &'static str = stringify!($key);
                const KEY: &'static str = stringify!($key_type);

                fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                    vec![Box::new(Migration), Box::new(Indexes)]
                }

                async fn create_users(db: &DatabaseConnection) {
                    let schema = Schema::new(db.get_database_backend());
                    let table = schema.create_table_from_entity(users::Entity);
                    db.execute(&table).await.expect("users");
                }

                async fn insert_rows(db: &DatabaseConnection) {
                    let user = users::ActiveModel {
                        $key: Set($value),
                        email: Set("someone@example.com".to_owned()),
                    };
                    let user = user.insert(db).await.expect("a user");
                    let key = user.$key;
                    insert_rows!(db, user, key);
                }

                fn entity_columns(table: &str) -> Vec<(String, ColumnType, bool)> {
                    entity_columns!(table)
                }
            }
        }
    };
}

macro_rules! resource_owner {
    ($key:ident: $key_type:ty) => {
        #[async_trait]
        impl ResourceOwner for users::Model {
            type Key = $key_type;

            fn key(&self) -> Self::Key {
                self.$key
            }

            fn subject(&self) -> String {
                self.$key.to_string()
            }

            async fn find_by_key(
                db: &DatabaseConnection,
                key: Self::Key,
            ) -> ModelResult<Option<Self>> {
                Ok(users::Entity::find_by_id(key).one(db).await?)
            }

            async fn find_by_subject(
                db: &DatabaseConnection,
                subject: &str,
            ) -> ModelResult<Option<Self>> {
                match subject.parse() {
                    Ok(key) => Self::find_by_key(db, key).await,
                    Err(_) => Ok(None),
                }
            }

            async fn find_by_login(
                db: &DatabaseConnection,
                login: &str,
            ) -> ModelResult<Option<Self>> {
                let by_email = users::Column::Email.eq(login);
                Ok(users::Entity::find().filter(by_email).one(db).await?)
            }

            async fn authenticate(
                ctx: &AppContext,
                login: &str,
                _password: &str,
            ) -> ModelResult<Option<Self>> {
                Self::find_by_login(&ctx.db, login).await
            }
        }
    };
}

macro_rules! entity_columns {
    ($table:ident) => {
        entity_columns!($table: oauth_clients oauth_authorization_states
            oauth_authorization_codes oauth_access_tokens oauth_refresh_tokens oauth_consents
            oauth_sessions oauth_ephemerals)
    };
    ($table:ident: $($entity:ident)*) => {
        match $table {
            $(stringify!($entity) => $entity::Column::iter()
                .map(|column| {
                    let def = column.def();
                    let name = column.as_str().to_owned();
                    (name, def.get_column_type().clone(), def.is_null())
                })
                .collect(),)*
            other => panic!("unknown table {other}"),
        }
    };
}
