//! The plugin's tables: one file per table with a typed record and the few statements on it.
//!
//! Functions take `&impl ConnectionTrait`, so that they run on the pool or inside a transaction
//! alike: Loco's default pool has one connection, and a statement on the pool inside an open
//! transaction would wait for itself.

pub mod access_tokens;
pub mod assertion_grants;
pub mod authorization_codes;
pub mod authorization_states;
pub mod batches;
pub mod browser_sessions;
pub mod cleanup;
pub mod clients;
pub mod connection;
pub mod consents;
pub mod credentials;
mod described;
pub mod device_grants;
pub mod ephemerals;
pub mod fault;
pub mod interaction_changes;
pub mod issue_preconditions;
pub mod issuing;
pub mod logouts;
pub mod lookups;
pub mod markers;
mod newtypes;
pub mod prepared;
pub mod rates;
pub mod reaping;
pub mod record;
pub mod refresh_tokens;
pub mod reset_links;
pub mod revocation;
pub mod schema;
pub mod session_changes;
pub mod session_clients;
pub mod sessions;
pub mod storable;
pub mod tables;
pub mod transaction;
pub mod user_key;
mod warm;
mod writer;

pub use fault::StoreError;
pub use transaction::Store;

/// Result of a statement or transaction.
pub type StoreResult<T> = Result<T, StoreError>;
