//! Tables of the OAuth server, version __VERSION__. Applied migrations do not change: a newer version of
//! the plugin comes with a migration of its own.

use loco_oauth_server_migration::OAuthServerMigration;

#[derive(OAuthServerMigration)]
#[oauth_server_migration(__ATTRIBUTES__)]
pub struct Migration;
