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

/// Fills the timestamps of a row that is about to be saved, where the app has not set them.
pub fn stamp(
    insert: bool,
    created_at: &mut ActiveValue<DateTimeWithTimeZone>,
    updated_at: &mut ActiveValue<DateTimeWithTimeZone>,
) {
    let now = DateTimeWithTimeZone::from(chrono::Utc::now());
    if insert && created_at.is_not_set() {
        *created_at = ActiveValue::Set(now);
    }
    if !updated_at.is_set() {
        *updated_at = ActiveValue::Set(now);
    }
}
