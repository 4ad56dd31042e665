//! A Loco app whose `/mcp` is an MCP server, with the authorization server in the same app.

mod app;
mod mcp;
mod migration;
mod models;

use loco_oauth_server::cli;

#[tokio::main]
async fn main() -> loco_rs::Result<()> {
    cli::main::<app::App, migration::Migrator>().await
}
