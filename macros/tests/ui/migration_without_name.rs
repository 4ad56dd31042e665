#[path = "../support/migration.rs"]
mod migration;

extern crate self as loco_oauth_server_migration;

pub use migration::*;
use loco_oauth_server_macros::OAuthServerMigration;

#[derive(OAuthServerMigration)]
#[oauth_server_migration(version = 1)]
pub struct Migration;

fn main() {}
