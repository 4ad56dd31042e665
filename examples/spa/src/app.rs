//! The app: what `loco new` writes, and the line of the plugin.

use accounts::{migration::Migrator, oauth_server::OAuth};
use async_trait::async_trait;
use loco_rs::{
    Result,
    app::{AppContext, Hooks, Initializer},
    bgworker::Queue,
    boot::{BootResult, StartMode, create_app},
    config::Config,
    controller::AppRoutes,
    environment::Environment,
    task::Tasks,
};

use crate::api;

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
        Ok(vec![Box::new(OAuth::initializer::<Self>())])
    }

    /// Opens the database pool so that it cannot stop the app.
    async fn after_context(ctx: AppContext) -> Result<AppContext> {
        OAuth::after_context(ctx).await
    }

    fn routes(_ctx: &AppContext) -> AppRoutes {
        AppRoutes::with_default_routes().add_route(api::routes())
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
