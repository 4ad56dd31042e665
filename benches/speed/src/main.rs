//! Measures the server beside bare handlers, and prints a table for each database.

use std::process::ExitCode;

use clap::Parser;
use speed::{growth, measure, nodes, options::Options};

/// The load is one thread, so that it can have one core for itself.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let measured = if !options.nodes.is_empty() {
        nodes::run(&options).await
    } else if options.rows.is_empty() && options.over == 0 {
        measure::run(&options).await
    } else {
        growth::run(&options).await
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
