#[path = "../support/app.rs"]
mod app;

extern crate self as loco_oauth_server;

pub use app::*;
use loco_oauth_server_macros::OAuthServer;

#[derive(OAuthServer)]
#[oauth_server(users = "crate::users")]
pub struct OAuth {
    issuer: String,
}

fn main() {}
