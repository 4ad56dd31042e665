//! One file per endpoint.

mod client_credentials;
mod flow;
mod introspect;
mod jwt;
mod metadata;
mod operator;
mod own_pages;
mod refresh;
mod retry;
mod revoke;
mod token;
mod token_code;
mod userinfo;
