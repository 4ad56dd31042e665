//! The demo with one guarded route: the demo itself has none.

use async_trait::async_trait;
use axum::{Router, routing::get};
use demo::{app::App, models::oauth_server::OAuth};
use loco_rs::{
    Result,
    app::{AppContext, Hooks, Initializer},
    bgworker::Queue,
    boot::{BootResult, ServeParams, StartMode, create_app},
    config::Config,
    controller::{AppRoutes, Routes},
    environment::Environment,
    task::Tasks,
};
use migration::Migrator;
use std::path::Path;

use crate::site::{GUARD_SCOPE, GUARDED, RESOURCE};

/// The app.
#[derive(Debug)]
pub struct GuardedApp;

/// Answers behind the guard; there is nothing else to do.
async fn ping() -> &'static str {
    "pong"
}

#[async_trait]
impl Hooks for GuardedApp {
    fn app_name() -> &'static str {
        "guarded"
    }

    async fn boot(
        mode: StartMode,
        environment: &Environment,
        config: Config,
    ) -> Result<BootResult> {
        create_app::<Self, Migrator>(mode, environment, config).await
    }

    async fn after_context(ctx: AppContext) -> Result<AppContext> {
        App::after_context(ctx).await
    }

    async fn initializers(_ctx: &AppContext) -> Result<Vec<Box<dyn Initializer>>> {
        Ok(vec![Box::new(OAuth::initializer::<Self>())])
    }

    async fn serve(app: Router, ctx: &AppContext, params: &ServeParams) -> Result<()> {
        OAuth::serve::<Self>(app, ctx, params).await
    }

    fn routes(ctx: &AppContext) -> AppRoutes {
        let guarded = Routes::new()
            .add(GUARDED, get(ping))
            .layer(OAuth::require(RESOURCE, [GUARD_SCOPE]));
        App::routes(ctx).add_route(guarded)
    }

    async fn connect_workers(ctx: &AppContext, queue: &Queue) -> Result<()> {
        App::connect_workers(ctx, queue).await
    }

    fn register_tasks(tasks: &mut Tasks) {
        App::register_tasks(tasks);
    }

    async fn truncate(ctx: &AppContext) -> Result<()> {
        App::truncate(ctx).await
    }

    async fn seed(ctx: &AppContext, base: &Path) -> Result<()> {
        App::seed(ctx, base).await
    }
}
