#[path = "../support/migration.rs"]
mod migration;

extern crate self as loco_oauth_server_migration;

pub use migration::*;
use loco_oauth_server_macros::OAuthServerMigration;

#[derive(OAuthServerMigration)]
#[oauth_server_migration(name = "m20260101_000000_oauth_server", version = 3)]
pub struct Migration;

fn main() {}
