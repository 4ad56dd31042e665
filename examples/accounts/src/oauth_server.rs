//! The OAuth server of these users.
#![expect(
    missing_docs,
    reason = "the derive's items are described in the plugin"
)]

use loco_oauth_server::resource_owner::{ClaimRequest, Claims, ResourceOwner};
use loco_rs::prelude::*;

use crate::users;

#[derive(loco_oauth_server::OAuthServer)]
#[oauth_server(users = "crate::users")]
pub struct OAuth;

#[async_trait]
impl ResourceOwner for users::Model {
    type Key = i64;

    fn key(&self) -> i64 {
        self.id
    }

    fn subject(&self) -> String {
        self.pid.to_string()
    }

    async fn find_by_key(db: &DatabaseConnection, key: i64) -> ModelResult<Option<Self>> {
        Ok(users::Entity::find_by_id(key).one(db).await?)
    }

    async fn find_by_subject(db: &DatabaseConnection, subject: &str) -> ModelResult<Option<Self>> {
        let Ok(pid) = Uuid::parse_str(subject) else {
            return Ok(None);
        };
        let by_pid = users::Entity::find().filter(users::Column::Pid.eq(pid));
        Ok(by_pid.one(db).await?)
    }

    async fn find_by_login(db: &DatabaseConnection, login: &str) -> ModelResult<Option<Self>> {
        let email = login.trim().to_lowercase();
        let by_email = users::Entity::find().filter(users::Column::Email.eq(email));
        Ok(by_email.one(db).await?)
    }

    fn password_hash(&self) -> Option<&str> {
        Some(&self.password)
    }

    fn display_name(&self) -> String {
        self.name.clone()
    }

    fn login_name(&self) -> String {
        self.email.clone()
    }

    fn claims(&self, _request: &ClaimRequest<'_>) -> Claims {
        Claims::new()
            .with("name", &self.name)
            .with("email", &self.email)
    }

    fn supported_claims() -> &'static [&'static str] {
        &["name", "email"]
    }
}
