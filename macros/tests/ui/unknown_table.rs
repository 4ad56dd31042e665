#[path = "../support/app.rs"]
mod app;

extern crate self as loco_oauth_server;

pub use app::*;
use loco_oauth_server_macros::OAuthServer;

#[derive(OAuthServer)]
#[oauth_server(users = "crate::users", extra(oauth_client(tenant_id = "i64")))]
pub struct OAuth;

fn main() {}
