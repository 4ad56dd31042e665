//! Where the app takes the plugin in: the initializer, the routes, the functions behind `OAuth`.

pub mod initializer;
pub mod plugin;
pub mod routes;
pub mod well_known;
