//! Frozen, versioned migrations of `loco-oauth-server`.
