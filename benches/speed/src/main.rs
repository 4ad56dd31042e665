//! Measures the server beside bare handlers, and prints a table for each database.

use std::process::ExitCode;

use clap::Parser;
use speed::{measure, options::Options};

/// The load is one thread, so that it can have one core for itself.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match measure::run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
