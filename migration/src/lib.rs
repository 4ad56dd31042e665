//! Frozen, versioned migrations of `loco-oauth-server`.
//!
//! The app's migration crate holds one small file per version ([`v1`], [`v2`]):
//!
//! ```
//! use loco_oauth_server_migration::OAuthServerMigration;
//!
//! #[derive(OAuthServerMigration)]
//! #[oauth_server_migration(name = "m20260101_000000_oauth_server", version = 1)]
//! pub struct Migration;
//! ```
//!
//! Never change what a released version creates: databases that have run it stay as they are. A new
//! column is a new version, next to `v1`.

mod lock;
mod names;
mod options;
mod table;
pub mod v1;
pub mod v2;

pub use loco_oauth_server_macros::OAuthServerMigration;
pub use options::{ExtraColumn, ExtraType, Options, UserKey};

/// What the expansion of `#[derive(OAuthServerMigration)]` needs.
#[doc(hidden)]
pub mod __private {
    pub use async_trait;
    pub use sea_orm_migration;
}
