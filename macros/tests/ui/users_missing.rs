#[path = "../support/app.rs"]
mod app;

extern crate self as loco_oauth_server;

pub use app::*;
use loco_oauth_server_macros::OAuthServer;

#[derive(OAuthServer)]
pub struct OAuth;

struct App;

impl __private::loco_rs::app::Hooks for App {}

// The only error is that of the derive: these calls find their functions.
fn main() {
    let _ = OAuth::initializer::<App>();
    let _ = OAuth::routes(&__private::loco_rs::app::AppContext);
    OAuth::register_tasks(&mut __private::loco_rs::task::Tasks);
}
