//! What the expansion of `#[derive(OAuthServer)]` needs. Not part of the public interface.

use sea_orm::{ActiveValue, entity::prelude::DateTimeWithTimeZone};

pub use crate::{
    app::plugin,
    people::capabilities::{Capabilities, NoCapability, PasswordSetter, SignUpForm},
    store::schema,
};
pub use async_trait::async_trait;
pub use axum;
pub use loco_rs;
pub use sea_orm;
pub use serde;

/// Fills `created_at` of a row that is about to be inserted, where the app has not set it.
pub fn stamp_created(created_at: &mut ActiveValue<DateTimeWithTimeZone>) {
    if created_at.is_not_set() {
        *created_at = ActiveValue::Set(chrono::Utc::now().into());
    }
}

/// Fills `updated_at` of a row that is about to be saved, where the app has not set it.
pub fn stamp_updated(updated_at: &mut ActiveValue<DateTimeWithTimeZone>) {
    if !updated_at.is_set() {
        *updated_at = ActiveValue::Set(chrono::Utc::now().into());
    }
}
