//! One file per endpoint.

mod client_credentials;
mod flow;
mod introspect;
mod jwt;
mod metadata;
mod refresh;
mod retry;
mod revoke;
mod token;
mod token_code;
mod userinfo;
