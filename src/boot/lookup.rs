//! Finds users of the app by a text of the request.

use loco_rs::model::{ModelError, ModelResult};

use crate::{
    people::{Owner, resource_owner::ResourceOwner},
    store::storable,
};

/// Returns the user whom `find`, a statement of the app, finds by `text`. A text that no column can
/// hold belongs to nobody (GE-12): statements of the app do not pass the checks of [`storable`], so
/// that the text and the error of the database are checked here.
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
