//! Tokens: issued, looked up, refreshed, revoked.

pub mod lookup;
pub mod not_live;
