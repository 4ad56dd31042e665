//! The command line of the demo with a guarded route.

use loco_oauth_server::cli;
use migration::Migrator;
use speed::guarded::GuardedApp;

#[tokio::main]
async fn main() -> loco_rs::Result<()> {
    cli::main::<GuardedApp, Migrator>().await
}
