pub mod _entities;
pub mod oauth_server;
pub mod users;
