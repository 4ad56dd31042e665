//! What processes of this machine use, as Linux tells it in `/proc`.

use std::{fs, process::Command, time::Duration};

/// Ticks of a second in `/proc`, on every Linux that Rust runs on.
const TICKS: u64 = 100;

/// The time on the cores that a process has used; zero when it has ended.
pub fn cpu_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may contain spaces; the 14th and 15th field follow it.
    let fields = stat.rsplit_once(") ").map_or("", |parts| parts.1);
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}

/// Resident memory of a process, in kilobytes.
pub fn resident_kilobytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().split(' ').next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

/// The processes of PostgreSQL that serve connections to this database, if it runs on this machine.
pub fn postgres_backends(database: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|process| serves(*process, database))
        .collect()
}

/// Whether the title of a process is that of a connection: `postgres: USER DATABASE HOST(PORT) STATE`.
fn serves(process: u32, database: &str) -> bool {
    let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    let title = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
    name.trim() == "postgres" && title.split(' ').any(|word| word == database)
}

/// Puts a running process with all its threads on some cores.
pub fn pin(process: u32, cores: &str) {
    let process = process.to_string();
    let command = Command::new("taskset")
        .args(["-acp", cores, &process])
        .output();
    if !command.is_ok_and(|output| output.status.success()) {
        eprintln!("taskset could not put the process {process} on the cores {cores}");
    }
}
