//! Integration tests: HTTP against a booted Loco app.
#![allow(
    clippy::large_futures,
    clippy::future_not_send,
    reason = "each test runs alone, with a future for whole flows"
)]

mod app;
mod cli;
mod conformance;
mod docs;
mod faults;
#[cfg(feature = "fuzzing")]
mod fuzzing;
#[cfg(debug_assertions)]
mod generator;
mod kit;
mod load;
mod model;
mod readme;
mod requests;
mod rules;
mod schema_drift;
mod upgrade;
mod views;
mod walls;
