//! How clients prove who they are, at every endpoint that asks (CA-01 to CA-05).

mod assertion_claims;
mod assertions;
mod challenges;
mod jwks_uri;
mod keys_away;
mod log;
