//! One file per endpoint.

mod flow;
mod operator;
mod own_pages;
