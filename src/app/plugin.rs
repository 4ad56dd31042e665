//! The functions that `#[derive(OAuthServer)]` gives to the struct that carries it.

use axum::http::HeaderMap;
use loco_rs::{
    app::AppContext,
    bgworker::{BackgroundWorker, Queue},
    controller::Routes,
    task::Tasks,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection,
    sea_query::{Alias, Query},
};

use crate::{
    account::ConnectedApp,
    app::routes,
    boot::{self, database, definition::OAuthServerDefinition, load, logout_jobs::LogoutWorker},
    error::Failure,
    operations::tasks::{
        cleanup::Cleanup, client_create::ClientCreate, client_delete::ClientDelete,
        client_disable::ClientDisable, client_list::ClientList,
        client_rotate_secret::ClientRotateSecret, doctor::Doctor, keys_list::KeysList,
        keys_rotate::KeysRotate, logout_list::LogoutList,
    },
    people::{Owner, resource_owner::ResourceOwner},
    sessions::{SetCookies, SignIn, UserSession},
};
pub use crate::{boot::load::running as server, http::listener::serve};

/// Mark in the shared store: the app mounts the routes itself, in `Hooks::routes` (MO-04).
#[derive(Clone, Copy, Debug)]
pub struct MountedByHand;

/// Replaces the database pool that Loco opened by one without the reaper that can stop the app (OS-20).
///
/// # Errors
/// When the database cannot be opened.
pub async fn after_context(ctx: AppContext) -> loco_rs::Result<AppContext> {
    database::reopen(ctx).await
}

/// The routes of this server, for apps that mount them in `Hooks::routes`; the initializer then mounts
/// none (MO-04). Settings that cannot be read give no routes, and the boot reports what is wrong.
pub fn routes<D: OAuthServerDefinition>(ctx: &AppContext) -> Vec<Routes> {
    ctx.shared_store.insert(MountedByHand);
    match load::settings(ctx) {
        Ok(settings) => routes::routes(ctx, &settings),
        Err(error) => {
            tracing::error!(%error, "no routes of oauth_server");
            Vec::new()
        }
    }
}

/// Registers the tasks `oauth:*`.
pub fn register_tasks<D: OAuthServerDefinition>(tasks: &mut Tasks) {
    tasks.register(ClientCreate::<D>::default());
    tasks.register(Cleanup::<D>::default());
    tasks.register(Doctor::<D>::default());
    tasks.register(KeysList::<D>::default());
    tasks.register(KeysRotate::<D>::default());
    tasks.register(ClientList::<D>::default());
    tasks.register(ClientRotateSecret::<D>::default());
    tasks.register(ClientDisable::<D>::default());
    tasks.register(ClientDelete::<D>::default());
    tasks.register(LogoutList::<D>::default());
}

/// Connects the background worker that tells clients of ended sessions (OpenID Connect Back-Channel Logout 1.0).
///
/// # Errors
/// When the queue fails.
pub async fn connect_workers<D: OAuthServerDefinition>(
    ctx: &AppContext,
    queue: &Queue,
) -> loco_rs::Result<()> {
    queue.register(LogoutWorker::<D>::build(ctx)).await
}

/// Empties all tables of this server, children before parents: for `Hooks::truncate`.
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

/// Signs a user of the app in, outside of any interaction: for the app's own login.
///
/// `headers` are those of the request: other accounts of the same browser stay signed in. The returned
/// cookies belong on the app's answer.
///
/// # Errors
/// When the user is inactive, when their address is not verified although `require_verified_email` asks for
/// it (look at `is_verified` first, and call `send_verification`), when their subject is the id of a client,
/// or when the database fails.
pub async fn sign_in<D: OAuthServerDefinition>(
    ctx: &AppContext,
    headers: &HeaderMap,
    user: &D::User,
    sign_in: SignIn,
) -> loco_rs::Result<SetCookies> {
    let server = load::running::<D>(ctx).await?;
    let mut browser = server.sessions.browser(headers, None);
    let owner = Owner::new(user.clone());
    let signed_in = server.sessions.sign_in(&mut browser, &owner, sign_in).await;
    signed_in.map_err(fault)?;
    browser.into_cookies().map_err(fault)
}

/// Signs every account of a browser out: for the app's own sign-out. `headers` are those of the request;
/// the returned cookies belong on the app's answer.
///
/// # Errors
/// When the database fails.
pub async fn sign_out<D: OAuthServerDefinition>(
    ctx: &AppContext,
    headers: &HeaderMap,
) -> loco_rs::Result<SetCookies> {
    let server = load::running::<D>(ctx).await?;
    let mut browser = server.sessions.browser(headers, None);
    let accounts = server
        .sessions
        .accounts(&browser, "")
        .await
        .map_err(fault)?;
    let sessions: Vec<_> = accounts
        .into_iter()
        .map(|account| account.session)
        .collect();
    server
        .sessions
        .sign_out(&mut browser, &sessions)
        .await
        .map_err(fault)?;
    browser.into_cookies().map_err(fault)
}

/// The apps that a user is connected to.
///
/// # Errors
/// When the database fails.
pub async fn grants<D: OAuthServerDefinition>(
    ctx: &AppContext,
    user: &D::User,
) -> loco_rs::Result<Vec<ConnectedApp>> {
    let server = load::running::<D>(ctx).await?;
    let apps = server.consents.connected_apps(user.key().into()).await;
    let apps = apps.map_err(fault)?.into_iter();
    Ok(apps.map(|connected| connected.app).collect())
}

/// Disconnects one of a user's apps: its consent and its tokens end. Returns `false` when `id` is not the
/// id of a [`ConnectedApp`] of this user.
///
/// # Errors
/// When the database fails.
pub async fn revoke_grant<D: OAuthServerDefinition>(
    ctx: &AppContext,
    user: &D::User,
    id: &str,
) -> loco_rs::Result<bool> {
    let server = load::running::<D>(ctx).await?;
    let done = server.consents.disconnect(user.key().into(), id).await;
    done.map_err(fault)
}

/// The browsers in which a user is signed in.
///
/// # Errors
/// When the database fails.
pub async fn sessions<D: OAuthServerDefinition>(
    ctx: &AppContext,
    user: &D::User,
) -> loco_rs::Result<Vec<UserSession>> {
    let server = load::running::<D>(ctx).await?;
    let sessions = server.sessions.of_person(user.key().into()).await;
    sessions.map_err(fault)
}

/// Signs a user out in every browser. Returns how many sessions ended.
///
/// # Errors
/// When the database fails; sessions that ended before stay ended.
pub async fn end_sessions<D: OAuthServerDefinition>(
    ctx: &AppContext,
    user: &D::User,
) -> loco_rs::Result<usize> {
    let server = load::running::<D>(ctx).await?;
    let ended = server.sessions.end_all_of(user.key().into()).await;
    ended.map_err(fault)
}

fn fault(failure: Failure) -> loco_rs::Error {
    boot::error(failure.source.unwrap_or_else(|| failure.error.to_string()))
}
