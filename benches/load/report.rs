//! What is printed: the machine, tables, and whether each figure holds.

use std::{collections::BTreeMap, fmt::Display, fs, process::ExitCode, time::Duration};

use crate::app::traffic::Seen;

/// Prints as it goes, and knows at the end whether all figures hold.
pub struct Report {
    failed: usize,
}

impl Report {
    /// Prints where this runs.
    pub fn begin() -> Self {
        let cpu = line("/proc/cpuinfo", "model name");
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let memory = line("/proc/meminfo", "MemTotal");
        let database = match std::env::var_os("TEST_POSTGRES_URL") {
            Some(_) => "PostgreSQL",
            None => "SQLite",
        };
        let build = if cfg!(debug_assertions) {
            "debug build: figures mean nothing"
        } else {
            "optimised"
        };
        println!("{cpu}, {cores} cores, {memory}; {database}; {build}");
        println!("client and server share the machine; the server is a process of its own");
        Self { failed: 0 }
    }

    /// Prints a heading.
    #[expect(clippy::unused_self, reason = "a part of the report like the others")]
    pub fn heading(&self, text: impl Display) {
        println!("\n{text}");
    }

    /// Prints a line below a heading.
    #[expect(clippy::unused_self, reason = "a part of the report like the others")]
    pub fn line(&self, text: impl Display) {
        println!("  {text}");
    }

    /// Prints latencies and answers by kind of request.
    pub fn answers(&self, seen: &[Seen], lasting: Duration) {
        let mut kinds: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
        for one in seen {
            kinds.entry(one.what).or_default().push(one);
        }
        self.line("                        req/s      p50      p99      max   other answers");
        for (kind, seen) in kinds {
            let mut other: BTreeMap<u16, usize> = BTreeMap::new();
            for one in seen.iter().filter(|one| one.status != one.wanted) {
                *other.entry(one.status).or_default() += 1;
            }
            let other: Vec<String> = other
                .iter()
                .map(|(status, count)| format!("{count} × {status}"))
                .collect();
            let took = Latencies::of(seen.iter().map(|one| one.took));
            self.line(format!(
                "{kind:<20} {:>8.1} {:>8} {:>8} {:>8}   {}",
                per_second(seen.len(), lasting),
                milliseconds(took.percentile(50)),
                milliseconds(took.percentile(99)),
                milliseconds(took.percentile(100)),
                other.join(", ")
            ));
        }
    }

    /// Prints rows by table: a column for each moment.
    pub fn rows(&self, moments: &[(&str, &BTreeMap<&'static str, i64>)]) {
        let names: Vec<String> = moments
            .iter()
            .map(|(name, _)| format!("{name:>14}"))
            .collect();
        self.line(format!("{:<28}{}", "rows", names.join("")));
        let tables: Vec<&str> = moments
            .first()
            .map_or_else(Vec::new, |(_, sizes)| sizes.keys().copied().collect());
        for table in tables {
            let sizes: Vec<String> = moments
                .iter()
                .map(|(_, sizes)| format!("{:>14}", sizes[table]))
                .collect();
            self.line(format!("{table:<28}{}", sizes.join("")));
        }
    }

    /// Prints a figure and whether it holds.
    pub fn figure(&mut self, what: &str, value: impl Display, holds: bool) {
        let verdict = if holds { "PASS" } else { "FAIL" };
        self.failed += usize::from(!holds);
        println!("  {verdict}  {what}: {value}");
    }

    /// Fails the program if a figure did not hold.
    pub fn end(self) -> ExitCode {
        println!("\n{} figures do not hold", self.failed);
        ExitCode::from(u8::from(self.failed > 0))
    }
}

/// Durations in order.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn of(took: impl Iterator<Item = Duration>) -> Self {
        let mut took: Vec<Duration> = took.collect();
        took.sort_unstable();
        Self(took)
    }

    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let place = (self.0.len() * percent / 100).min(last);
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// The 99th percentile of all.
pub fn p99(seen: &[Seen]) -> Duration {
    Latencies::of(seen.iter().map(|one| one.took)).percentile(99)
}

pub fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}

/// How many there were in each second.
pub fn per_second(count: usize, lasting: Duration) -> f64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    f64::from(count) / lasting.as_secs_f64()
}

/// A number of the environment.
pub fn asked(name: &str, default: u32) -> u32 {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// How long a measurement lasts.
pub fn lasting() -> Duration {
    Duration::from_secs(asked("SECONDS", 15).into())
}

/// The value of the first line of a file of `/proc` that begins with `name`.
pub fn line(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
}
