//! A dummy Loco app, as a developer would have it after the generator ran.

pub mod assertions;
pub mod browser;
pub mod database;
pub mod dpop;
pub mod fixtures;
pub mod forgery;
pub mod guarded;
pub mod hooks;
pub mod https;
pub mod limits;
pub mod logs;
pub mod migration;
pub mod oauth_server;
pub mod own_pages;
pub mod postgres;
pub mod process;
pub mod registration;
pub mod rows;
pub mod scripts;
pub mod server;
pub mod tokens;
pub mod traffic;
pub mod users;

use async_trait::async_trait;
use axum::{Router, routing::get};
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

use self::{migration::Migrator, oauth_server::OAuth};

pub struct App;

/// A request that does not end by itself, as an event stream is one.
async fn endless() {
    std::future::pending::<()>().await;
}

#[async_trait]
impl Hooks for App {
    fn app_name() -> &'static str {
        "dummy"
    }

    async fn boot(
        mode: StartMode,
        environment: &Environment,
        config: Config,
    ) -> Result<BootResult> {
        create_app::<Self, Migrator>(mode, environment, config).await
    }

    async fn after_context(ctx: AppContext) -> Result<AppContext> {
        let ctx = OAuth::after_context(ctx).await?;
        Ok(database::record_statements(ctx))
    }

    async fn initializers(_ctx: &AppContext) -> Result<Vec<Box<dyn Initializer>>> {
        Ok(vec![Box::new(OAuth::initializer::<Self>())])
    }

    async fn serve(app: Router, ctx: &AppContext, params: &ServeParams) -> Result<()> {
        OAuth::serve::<Self>(app, ctx, params).await
    }

    fn routes(ctx: &AppContext) -> AppRoutes {
        AppRoutes::with_default_routes()
            .add_route(own_pages::routes())
            .add_routes(guarded::routes(ctx))
            .add_route(Routes::new().add("/endless", get(endless)))
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
