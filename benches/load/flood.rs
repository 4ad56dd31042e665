//! C262, C263: valid traffic alone, and beside ten times as much that is refused.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::json;

use crate::{
    app::traffic::{Seen, Tally, growth},
    report::{Report, asked, lasting, milliseconds, p99},
    stage::{Stage, paced, valid},
};

/// The 99th percentile of valid requests alone, and under the flood.
const ALONE: Duration = Duration::from_millis(100);
const BESIDE: Duration = Duration::from_millis(250);
/// Growth of the memory after the warm-up that counts as flat, kB.
const FLAT: u64 = 16 * 1024;

pub async fn run(report: &mut Report) {
    let stage = Stage::with(json!({})).await;
    let tally = Arc::new(Tally::default());
    valid(&stage, &tally, Duration::from_secs(3)).await;
    tally.take();
    c262_valid_traffic_alone(report, &stage).await;
    c263_valid_traffic_beside_a_flood(report, &stage).await;
}

async fn c262_valid_traffic_alone(report: &mut Report, stage: &Stage) {
    let (lasting, tally) = (lasting(), Arc::new(Tally::default()));
    let before = stage.usage();
    let lost = valid(stage, &tally, lasting).await;
    let after = stage.usage();
    report.heading(format!("C262, {} s of valid traffic", lasting.as_secs()));
    let seen = tally.take();
    report.answers(&seen, lasting);
    judge(report, &seen, lost, ALONE);
    let grown = after.resident.saturating_sub(before.resident);
    let memory = format!(
        "{} → {} kB, peak {} kB",
        before.resident, after.resident, after.peak
    );
    report.figure("memory is flat", memory, grown <= FLAT);
}

async fn c263_valid_traffic_beside_a_flood(report: &mut Report, stage: &Stage) {
    let (lasting, good, bad) = (
        lasting(),
        Arc::new(Tally::default()),
        Arc::new(Tally::default()),
    );
    let before = stage.server.table_sizes().await;
    let refused = |number: usize| {
        let (server, bad) = (Arc::clone(&stage.server), Arc::clone(&bad));
        async move { server.invalid(number, &bad).await }
    };
    let rate = f64::from(asked("RATE", 50)) * 10.0;
    let (lost, lost_bad) =
        tokio::join!(valid(stage, &good, lasting), paced(rate, lasting, refused));
    let after = stage.server.table_sizes().await;
    let seconds = lasting.as_secs();
    report.heading(format!("C263, {seconds} s with ten times as much invalid"));
    let (good, bad) = (good.take(), bad.take());
    report.answers(&good, lasting);
    report.answers(&bad, lasting);
    judge(report, &good, lost, BESIDE);
    let faults = bad.iter().filter(|seen| seen.status >= 500).count() + lost_bad;
    report.figure("faults among refused ones", faults, faults == 0);
    let usage = stage.usage();
    report.line(format!(
        "memory {} kB, peak {} kB",
        usage.resident, usage.peak
    ));
    let gained = growth(&before, &after);
    report.rows(&[("before", &before), ("after", &after), ("gained", &gained)]);
    let wanted = by_valid(&good);
    let beyond = beyond(&gained, &wanted);
    report.figure("rows beyond those of valid traffic", beyond, beyond == 0);
}

/// Rows that valid requests make; those of the eight browsers that sign in are among them.
fn by_valid(good: &[Seen]) -> BTreeMap<&'static str, i64> {
    let count = |kinds: &[&str]| {
        let made = |seen: &&Seen| kinds.contains(&seen.what) && seen.status == seen.wanted;
        i64::try_from(good.iter().filter(made).count()).unwrap_or_default()
    };
    let codes = count(&["authorize"]) + 8;
    BTreeMap::from([
        ("oauth_authorization_codes", codes),
        (
            "oauth_access_tokens",
            count(&["code", "refresh", "machine"]),
        ),
        ("oauth_refresh_tokens", count(&["code", "refresh"])),
        ("oauth_sessions", 8),
        ("oauth_authorization_states", 8),
    ])
}

fn beyond(gained: &BTreeMap<&'static str, i64>, wanted: &BTreeMap<&'static str, i64>) -> i64 {
    let each = gained.iter().map(|(table, rows)| {
        let wanted = wanted.get(table).copied().unwrap_or_default();
        (rows - wanted).max(0)
    });
    each.sum()
}

fn judge(report: &mut Report, seen: &[Seen], lost: usize, most: Duration) {
    let wrong = seen.iter().filter(|seen| seen.status != seen.wanted);
    let wrong = wrong.count() + lost;
    report.figure(
        "errors among valid ones",
        format!("{wrong} of {}", seen.len()),
        wrong == 0,
    );
    let p99 = p99(seen);
    report.figure(
        &format!("p99 of valid ones within {}", milliseconds(most)),
        milliseconds(p99),
        p99 <= most,
    );
}
