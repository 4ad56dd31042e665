//! The functions behind the struct that carries `#[derive(OAuthServer)]`.

use std::sync::Arc;

use loco_rs::{app::AppContext, bgworker::Queue, controller::Routes, task::Tasks};
use sea_orm::{
    ConnectionTrait, DatabaseConnection,
    sea_query::{Alias, Query},
};

use crate::{
    definition::OAuthServerDefinition,
    routes,
    server::{self, Server},
    tasks::client_create::ClientCreate,
};

/// Left in the shared store by an app that mounts the routes itself (MO-04).
#[derive(Clone, Copy, Debug)]
pub struct MountedByHand;

/// The routes, for apps that mount them in `Hooks::routes`; the initializer then mounts nothing.
/// With settings that cannot be read there are no routes, and the boot says why.
pub fn routes<D: OAuthServerDefinition>(ctx: &AppContext) -> Vec<Routes> {
    ctx.shared_store.insert(MountedByHand);
    match server::settings(ctx) {
        Ok(settings) => routes::routes(ctx, &settings),
        Err(error) => {
            tracing::error!(%error, "no routes of oauth_server");
            Vec::new()
        }
    }
}

/// Registers the tasks (§32).
pub fn register_tasks<D: OAuthServerDefinition>(tasks: &mut Tasks) {
    tasks.register(ClientCreate::<D>::default());
}

/// Connects the background workers; this version has none.
///
/// # Errors
/// None yet.
#[expect(
    clippy::unused_async,
    reason = "the app awaits it; workers are connected by awaiting"
)]
pub async fn connect_workers<D: OAuthServerDefinition>(
    _ctx: &AppContext,
    _queue: &Queue,
) -> loco_rs::Result<()> {
    Ok(())
}

/// Empties the tables, children before parents: for `Hooks::truncate`.
///
/// # Errors
/// When the database fails.
pub async fn truncate<D: OAuthServerDefinition>(db: &DatabaseConnection) -> loco_rs::Result<()> {
    let tables = D::TABLES;
    let names = [
        tables.access_tokens,
        tables.refresh_tokens,
        tables.authorization_states,
        tables.authorization_codes,
        tables.consents,
        tables.sessions,
        tables.ephemerals,
        tables.clients,
    ];
    for name in names {
        let mut delete = Query::delete();
        delete.from_table(Alias::new(name));
        db.execute(&delete).await?;
    }
    Ok(())
}

/// The server of this app: the one the initializer built, or a new one where no initializer ran
/// (tasks).
///
/// # Errors
/// As [`Server::load`].
pub async fn server<D: OAuthServerDefinition>(ctx: &AppContext) -> loco_rs::Result<Arc<Server>> {
    if let Some(server) = ctx.shared_store.get::<Arc<Server>>() {
        return Ok(server);
    }
    Server::load::<D>(ctx).await
}
