//! The connection to a Loco app: the initializer, the routes, and the functions of the app's `OAuth` struct.

pub mod initializer;
pub mod plugin;
pub mod routes;
pub mod well_known;
