//! The app's users: the starter's, with a switch for "may be used".

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
    pub active: bool,
    pub email_verified_at: Option<DateTimeWithTimeZone>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub async fn create(db: &DatabaseConnection, email: &str, password: &str) -> ModelResult<Self> {
        let user = ActiveModel {
            pid: Set(Uuid::new_v4()),
            email: Set(email.to_owned()),
            password: Set(hash::hash_password(password).map_err(|e| ModelError::Any(e.into()))?),
            name: Set(email.split('@').next().unwrap_or_default().to_owned()),
            active: Set(true),
            ..Default::default()
        };
        Ok(user.insert(db).await?)
    }
}
