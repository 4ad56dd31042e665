//! Figures that a test cannot assert: latencies under load, floods, growth, timing
//! (`benches/README.md`).
#![allow(
    clippy::large_futures,
    clippy::future_not_send,
    reason = "whole flows are one future, as in the tests"
)]

#[path = "../../tests/app/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    clippy::wildcard_imports,
    reason = "the dummy app of the tests; each program uses its part"
)]
mod app;
mod day;
mod flood;
mod logins;
mod registration;
mod report;
mod slow;
mod stage;
mod timing;

use std::process::ExitCode;

use report::Report;

const USAGE: &str = "cargo bench --all-features --bench load -- <part> …

  flood         C262, C263: valid traffic alone, and beside ten times as much that is refused
  logins        C264: more logins than can be hashed
  registration  a flood of open registration, and what the cleanup removes
  day           C266: days of traffic with a fast clock and the cleanup
  slow          C265: connections that send a byte every five seconds
  timing        C044, C271: what the time of an answer tells
  all           each of them

SECONDS (15)             length of a measurement
RATE (50)                valid requests per second
SLOW_CONNECTIONS (2000)  connections of `slow`
DAYS (3)                 days of `day`
SAMPLES (1000000)        samples of `timing`
TEST_POSTGRES_URL        PostgreSQL; else SQLite
";

const PARTS: [&str; 6] = ["flood", "logins", "registration", "day", "slow", "timing"];

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.unwrap();
    if app::process::asked_to_serve() {
        runtime.block_on(app::process::serve_app());
        return ExitCode::SUCCESS;
    }
    // cargo adds `--bench`.
    let mut asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    if asked.iter().any(|part| part == "all") {
        asked = PARTS.map(str::to_owned).to_vec();
    }
    let known = asked.iter().all(|part| PARTS.contains(&part.as_str()));
    if asked.is_empty() || !known {
        print!("{USAGE}");
        return ExitCode::from(u8::from(!known));
    }
    let mut report = Report::begin();
    for part in asked {
        runtime.block_on(run(&part, &mut report));
    }
    report.end()
}

async fn run(part: &str, report: &mut Report) {
    match part {
        "flood" => flood::run(report).await,
        "logins" => logins::run(report).await,
        "registration" => registration::run(report).await,
        "day" => day::run(report).await,
        "slow" => slow::run(report).await,
        _ => timing::run(report).await,
    }
}
