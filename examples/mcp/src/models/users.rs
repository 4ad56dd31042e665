//! The app's users: no more than an address and a password.

use loco_rs::{hash, prelude::*};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    pub created_at: DateTimeWithTimeZone,
    pub updated_at: DateTimeWithTimeZone,
    #[sea_orm(primary_key)]
    pub id: i64,
    pub pid: Uuid,
    #[sea_orm(unique)]
    pub email: String,
    pub password: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub async fn create(
        db: &DatabaseConnection,
        email: &str,
        password: String,
    ) -> ModelResult<Self> {
        let hashed = tokio::task::spawn_blocking(move || hash::hash_password(&password))
            .await
            .map_err(|error| ModelError::Any(error.into()))?
            .map_err(|error| ModelError::Any(error.into()))?;
        let user = ActiveModel {
            pid: Set(Uuid::new_v4()),
            email: Set(email.to_owned()),
            password: Set(hashed),
            ..Default::default()
        };
        Ok(user.insert(db).await?)
    }
}
