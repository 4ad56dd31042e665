#[path = "../support/app.rs"]
mod app;

extern crate self as loco_oauth_server;

pub use app::*;
use loco_oauth_server_macros::OAuthServer;

#[derive(OAuthServer)]
#[oauth_server(
    users = "crate::users",
    extra(
        oauth_clients(
            client_name = "String",
            type = "String",
            tenantId = "i64",
            tenant_id = "u64",
        ),
        oauth_sessions(note = "String", note = "String"),
    )
)]
pub struct OAuth;

fn main() {}
