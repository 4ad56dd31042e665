//! Proofs of possession (RFC 9449): C207 to C216, DP-01 to DP-06.

mod authorize;
mod demanded;
mod exchange;
mod nonces;
mod pushed;
mod races;
mod refresh;
mod resources;
