//! The state of the plugin's routes.

use std::{ops::Deref, sync::Arc};

use loco_rs::app::AppContext;

/// The app's context, made once at boot for all routes of the plugin.
///
/// A clone is a pointer: a clone of [`AppContext`] itself copies the whole configuration, and axum
/// clones the state for every layer and every handler of a request.
#[derive(Clone)]
pub struct SharedContext(Arc<AppContext>);

impl SharedContext {
    /// Copies the app's context, which is done once at boot.
    pub fn new(ctx: &AppContext) -> Self {
        Self(Arc::new(ctx.clone()))
    }
}

impl Deref for SharedContext {
    type Target = AppContext;

    fn deref(&self) -> &AppContext {
        &self.0
    }
}

impl std::fmt::Debug for SharedContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedContext").finish_non_exhaustive()
    }
}
