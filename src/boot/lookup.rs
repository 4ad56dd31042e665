//! The app's users by a text of the request.

use loco_rs::model::{ModelError, ModelResult};

use crate::{
    people::{Owner, resource_owner::ResourceOwner},
    store::storable,
};

/// What the app finds under a text of the request. Under one that its columns cannot hold there is
/// nobody (GE-12): the app's statements do not pass the gate of [`storable`], so the text is
/// looked at here, and so is what the database says of it.
pub(super) async fn find_storable<U: ResourceOwner>(
    text: &str,
    find: impl Future<Output = ModelResult<Option<U>>> + Send,
) -> ModelResult<Option<Owner>> {
    if !storable::is_storable(text) {
        return Ok(None);
    }
    match find.await {
        Err(ModelError::DbErr(error)) if storable::is_refused(&error) => Ok(None),
        found => Ok(found?.map(Owner::new)),
    }
}
