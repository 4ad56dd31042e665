//! Where the plugin and the app meet: what the derive hands over, the boot, the pool, the functions
//! behind `OAuth`.

pub mod boot;
pub mod database;
pub mod definition;
pub mod initializer;
mod lookup;
mod owner_hooks;
pub mod owners;
pub mod plugin;
