//! One file per endpoint.

mod bad_input;
mod budgets;
mod client_credentials;
mod concurrency;
mod faults;
mod flow;
mod introspect;
mod jwt;
mod metadata;
mod mounting;
mod openidconnect;
mod operator;
mod own_pages;
mod refresh;
mod retry;
mod revoke;
mod token;
mod token_code;
mod userinfo;
