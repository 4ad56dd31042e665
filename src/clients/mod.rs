//! Clients by their id, whichever way they came here, and how they prove who they are.

pub mod documents;
pub mod keys;
pub mod registration;
pub mod sectors;
