use async_trait::async_trait;
use axum::Router;
use loco_rs::{
    app::{AppContext, Hooks, Initializer},
    bgworker::Queue,
    boot::{create_app, BootResult, ServeParams, StartMode},
    config::Config,
    controller::AppRoutes,
    db::truncate_table,
    environment::Environment,
    task::Tasks,
    Result,
};
use migration::Migrator;
use std::path::Path;

use crate::models::oauth_server::OAuth;
use crate::{
    client::{sessions::Sessions, ClientSettings},
    controllers,
    models::_entities::users,
    views,
};

pub struct App;
#[async_trait]
impl Hooks for App {
    fn app_name() -> &'static str {
        env!("CARGO_CRATE_NAME")
    }

    fn app_version() -> String {
        format!(
            "{} ({})",
            env!("CARGO_PKG_VERSION"),
            option_env!("BUILD_SHA")
                .or(option_env!("GITHUB_SHA"))
                .unwrap_or("dev")
        )
    }

    async fn boot(
        mode: StartMode,
        environment: &Environment,
        config: Config,
    ) -> Result<BootResult> {
        create_app::<Self, Migrator>(mode, environment, config).await
    }

    /// Who is signed in to the client.
    async fn after_context(ctx: AppContext) -> Result<AppContext> {
        let ctx = OAuth::after_context(ctx).await?;
        ctx.shared_store.insert(Sessions::default());
        Ok(ctx)
    }

    async fn initializers(_ctx: &AppContext) -> Result<Vec<Box<dyn Initializer>>> {
        Ok(vec![Box::new(OAuth::initializer::<Self>())])
    }

    /// Says where to begin.
    async fn serve(app: Router, ctx: &AppContext, params: &ServeParams) -> Result<()> {
        println!("{}", views::client::invitation(&ClientSettings::of(ctx)?));
        OAuth::serve::<Self>(app, ctx, params).await
    }

    fn routes(_ctx: &AppContext) -> AppRoutes {
        AppRoutes::with_default_routes() // controller routes below
            .add_route(controllers::client::routes())
    }
    async fn connect_workers(ctx: &AppContext, queue: &Queue) -> Result<()> {
        OAuth::connect_workers(ctx, queue).await?;
        Ok(())
    }

    #[allow(unused_variables)]
    fn register_tasks(tasks: &mut Tasks) {
        OAuth::register_tasks(tasks);
        // tasks-inject (do not remove)
    }
    async fn truncate(ctx: &AppContext) -> Result<()> {
        OAuth::truncate(&ctx.db).await?;
        truncate_table(&ctx.db, users::Entity).await?;
        Ok(())
    }
    async fn seed(_ctx: &AppContext, _base: &Path) -> Result<()> {
        Ok(())
    }
}
