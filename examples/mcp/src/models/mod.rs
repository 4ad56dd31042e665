pub mod oauth_server;
pub mod users;
