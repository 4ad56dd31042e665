//! `cargo run start`

use accounts::migration::Migrator;
use loco_oauth_server::cli;
use own_pages::app::App;

#[tokio::main]
async fn main() -> loco_rs::Result<()> {
    cli::main::<App, Migrator>().await
}
