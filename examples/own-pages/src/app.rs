//! The app: what `loco new` writes, and the line of the plugin.

use accounts::{migration::Migrator, oauth_server::OAuth};
use async_trait::async_trait;
use axum::{Extension, Router};
use loco_rs::{
    Result,
    app::{AppContext, Hooks, Initializer},
    bgworker::Queue,
    boot::{BootResult, StartMode, create_app},
    config::Config,
    controller::{
        AppRoutes,
        views::{ViewEngine, engines::TeraView},
    },
    environment::Environment,
    task::Tasks,
};

use crate::account;

/// The app.
pub struct App;

#[async_trait]
impl Hooks for App {
    fn app_name() -> &'static str {
        env!("CARGO_CRATE_NAME")
    }

    async fn boot(
        mode: StartMode,
        environment: &Environment,
        config: Config,
    ) -> Result<BootResult> {
        create_app::<Self, Migrator>(mode, environment, config).await
    }

    async fn initializers(_ctx: &AppContext) -> Result<Vec<Box<dyn Initializer>>> {
        Ok(vec![
            Box::new(OAuth::initializer::<Self>()),
            Box::new(ViewEngineInitializer),
        ])
    }

    /// Opens the database pool so that it cannot stop the app.
    async fn after_context(ctx: AppContext) -> Result<AppContext> {
        OAuth::after_context(ctx).await
    }

    fn routes(_ctx: &AppContext) -> AppRoutes {
        AppRoutes::with_default_routes().add_route(account::routes())
    }

    async fn connect_workers(ctx: &AppContext, queue: &Queue) -> Result<()> {
        OAuth::connect_workers(ctx, queue).await
    }

    fn register_tasks(tasks: &mut Tasks) {
        OAuth::register_tasks(tasks);
    }

    async fn truncate(ctx: &AppContext) -> Result<()> {
        OAuth::truncate(&ctx.db).await
    }

    async fn seed(_ctx: &AppContext, _base: &std::path::Path) -> Result<()> {
        Ok(())
    }
}

/// The app's own views, as in Loco's server-side starter.
struct ViewEngineInitializer;

#[async_trait]
impl Initializer for ViewEngineInitializer {
    fn name(&self) -> String {
        "view-engine".to_owned()
    }

    async fn after_routes(&self, router: Router, _ctx: &AppContext) -> Result<Router> {
        Ok(router.layer(Extension(ViewEngine::from(TeraView::build()?))))
    }
}
