//! One file per endpoint.

mod authorize;
mod browser_session;
mod csrf;
mod flow;
mod interaction;
mod pages;
