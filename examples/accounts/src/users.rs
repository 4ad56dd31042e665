//! The users model.
#![expect(
    missing_docs,
    reason = "the entity's items are named after the columns"
)]

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
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What a new user brings along.
pub struct NewUser<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub password: &'a str,
}

impl Model {
    /// Makes an account.
    ///
    /// # Errors
    /// `EntityAlreadyExists` for a taken address, or when the database fails.
    pub async fn create(db: &DatabaseConnection, new: &NewUser<'_>) -> ModelResult<Self> {
        let hashed = hash::hash_password(new.password);
        let user = ActiveModel {
            pid: Set(Uuid::new_v4()),
            email: Set(new.email.trim().to_lowercase()),
            password: Set(hashed.map_err(|error| ModelError::Any(error.into()))?),
            name: Set(new.name.trim().to_owned()),
            ..Default::default()
        };
        user.insert(db)
            .await
            .map_err(|error| match error.sql_err() {
                Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => {
                    ModelError::EntityAlreadyExists
                }
                _ => error.into(),
            })
    }
}
