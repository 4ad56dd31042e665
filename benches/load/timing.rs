//! C044, C271: what the time of an answer tells.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use loco_oauth_server::internals::protocol::secret::{Purpose, hash, same};
use serde_json::json;

use crate::{
    app::{
        browser::{Form, encoded},
        fixtures::{ALICE, SECRET},
        server::Basic,
    },
    report::{Latencies, Report, asked, milliseconds},
    stage::Stage,
};

/// Of Welch's t; beyond it two means differ (ISO/IEC 17825).
const MOST: f64 = 4.5;
const LOGINS: usize = 200;
const OVER_HTTP: usize = 5000;

pub async fn run(report: &mut Report) {
    let stage = Stage::with(json!({})).await;
    c044_known_and_unknown_logins(report, &stage).await;
    c271_secrets_that_differ_early_or_late(report);
    c271_client_secrets_over_http(report, &stage).await;
}

/// The same wrong password for somebody and for nobody. The smallest difference of three
/// measurements: a leak shows in each, a neighbour's work in some.
async fn c044_known_and_unknown_logins(report: &mut Report, stage: &Stage) {
    report.heading(format!("C044, {LOGINS} wrong passwords each, three times"));
    let mut apart = f64::INFINITY;
    for _ in 0..3 {
        let [known, unknown] = medians_of_logins(stage).await;
        report.line(format!(
            "median of a known login {}, of an unknown one {}",
            milliseconds(known),
            milliseconds(unknown)
        ));
        let differ = known.abs_diff(unknown).as_secs_f64() / known.as_secs_f64();
        apart = apart.min(differ);
    }
    report.figure(
        "medians apart by less than 5 %",
        format!("{:.2} %", apart * 100.0),
        apart < 0.05,
    );
}

async fn medians_of_logins(stage: &Stage) -> [Duration; 2] {
    let mut browser = stage.server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page).set("password", "a wrong password");
    let mut took = [Vec::new(), Vec::new()];
    for number in 0..2 * LOGINS {
        // In an order without a pattern.
        let which = turn(number);
        let form = form
            .clone()
            .set("login", [ALICE, "nobody@example.com"][which]);
        let begun = Instant::now();
        let answer = browser.submit(&form).await;
        took[which].push(begun.elapsed());
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    took.map(|took| Latencies::of(took.into_iter()).percentile(50))
}

/// The functions by which secrets, tokens and form tokens are compared.
fn c271_secrets_that_differ_early_or_late(report: &mut Report) {
    let samples = asked("SAMPLES", 1_000_000);
    report.heading(format!(
        "C271, {samples} comparisons of values that differ at the first or at the last byte"
    ));
    let stored = "loco_cs_0123456789012345678901234567890123456789012";
    let [first, last] = wrong(stored);
    let kinds: [(&str, Purpose); 3] = [
        ("client secrets", Purpose::Secret),
        ("access tokens", Purpose::Access),
        ("registration tokens", Purpose::Registration),
    ];
    for (name, purpose) in kinds {
        let known = hash(purpose, stored);
        let matches = |value: &str| known.matches(&hash(purpose, black_box(value)));
        let t = compare(samples, [&first, &last], matches);
        report.figure(&format!("|t| of {name}"), format!("{t:.2}"), t < MOST);
    }
    let t = compare(samples, [&first, &last], |value| {
        same(black_box(stored), black_box(value))
    });
    report.figure("|t| of form tokens", format!("{t:.2}"), t < MOST);
    // What a comparison that stops at the first difference would show here.
    let long = "x".repeat(4096);
    let [first, last] = wrong(&long);
    let t = compare(samples / 10, [&first, &last], |value| {
        black_box(long.as_bytes())
            .iter()
            .eq(black_box(value).as_bytes())
    });
    report.figure(
        "|t| of a naive comparison, which has to be seen",
        format!("{t:.2}"),
        t > MOST,
    );
}

async fn c271_client_secrets_over_http(report: &mut Report, stage: &Stage) {
    let values = wrong(SECRET).map(|value| encoded(&value));
    let form = [("grant_type", "client_credentials")];
    let mut took = [Vec::new(), Vec::new()];
    for number in 0..2 * OVER_HTTP {
        let which = turn(number);
        let begun = Instant::now();
        let basic = Basic::of("m2m", &values[which]);
        let answer = stage.server.post_as(basic, "/oauth/token", &form);
        let answer = answer.await;
        took[which].push(begun.elapsed());
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    report.heading(format!(
        "C271, {OVER_HTTP} wrong client secrets each over HTTP"
    ));
    let medians = took
        .each_ref()
        .map(|took| Latencies::of(took.iter().copied()).percentile(50));
    report.line(format!(
        "median of the first byte {}, of the last {}",
        milliseconds(medians[0]),
        milliseconds(medians[1])
    ));
    let t = welch(took);
    report.figure("|t| of client secrets", format!("{t:.2}"), t < MOST);
}

/// The value with another first byte, and with another last one.
fn wrong(value: &str) -> [String; 2] {
    let last = value.len() - 1;
    [format!("~{}", &value[1..]), format!("{}~", &value[..last])]
}

/// Which of two comes next: in an order without a pattern, so that drifts hit both.
const fn turn(number: usize) -> usize {
    let mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed >> 40) & 1) as usize
}

/// The smallest |t| of three measurements: a leak shows in each, a neighbour's work in some.
fn compare(samples: u32, values: [&str; 2], matches: impl Fn(&str) -> bool) -> f64 {
    let measured = (0..3).map(|_| measure(samples / 3, values, &matches));
    measured.fold(f64::INFINITY, f64::min)
}

fn measure(samples: u32, values: [&str; 2], matches: impl Fn(&str) -> bool) -> f64 {
    let mut took = [Vec::new(), Vec::new()];
    // Both are compared from the same place in memory.
    let mut presented = String::with_capacity(values[0].len());
    for number in 0..samples as usize {
        let which = turn(number);
        presented.clear();
        presented.push_str(values[which]);
        let begun = Instant::now();
        let same = black_box(matches(&presented));
        took[which].push(begun.elapsed());
        assert!(!same);
    }
    welch(took)
}

/// |t| of two samples without their slowest twentieth, which are interruptions.
fn welch(took: [Vec<Duration>; 2]) -> f64 {
    let mut all: Vec<Duration> = took.iter().flatten().copied().collect();
    all.sort_unstable();
    let most = all[all.len() * 95 / 100];
    let [left, right] = took.map(|took| {
        let nanos = took.into_iter().filter(|took| *took <= most);
        moments(
            &nanos
                .map(|took| took.as_secs_f64() * 1e9)
                .collect::<Vec<_>>(),
        )
    });
    let error = (left.1 / left.2 + right.1 / right.2).sqrt();
    ((left.0 - right.0) / error).abs()
}

/// Mean, variance, count.
fn moments(values: &[f64]) -> (f64, f64, f64) {
    let count = f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX));
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, squares / (count - 1.0), count)
}
