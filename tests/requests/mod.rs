//! One file per endpoint.

mod app_side;
mod authorize;
mod bad_input;
mod browser_session;
mod budgets;
mod client_credentials;
mod concurrency;
mod csrf;
mod faults;
mod flow;
mod interaction;
mod introspect;
mod jwt;
mod metadata;
mod mounting;
mod openidconnect;
mod operator;
mod own_pages;
mod pages;
mod refresh;
mod retry;
mod revoke;
mod token;
mod token_cases;
mod token_code;
mod userinfo;
