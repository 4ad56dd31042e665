//! C264: 500 logins a second, which is more than can be hashed.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use crate::{
    app::{
        browser::Form,
        server::no_limits,
        traffic::{Seen, Tally},
    },
    report::{Report, lasting, milliseconds, p99},
    stage::{Stage, paced},
};

const LOGINS: f64 = 500.0;
/// What a thread that hashes may keep, kB: of the blocks of 19 MiB, glibc holds on to some, in heaps
/// of 64 MiB of which a thread has up to two.
const MEMORY: u64 = 160 * 1024;

pub async fn run(report: &mut Report) {
    c264_a_flood_of_logins(report, "without limits", no_limits()).await;
    let mut limits = no_limits();
    limits["login"] = json!([]);
    c264_a_flood_of_logins(report, "with the default limits", limits).await;
}

async fn c264_a_flood_of_logins(report: &mut Report, name: &str, limits: Value) {
    let stage = Stage::with(json!({ "rate_limits": limits })).await;
    let lasting = lasting();
    let alone = Arc::new(Tally::default());
    others(&stage, &alone, lasting).await;
    let alone = alone.take();
    let before = stage.usage();

    let (beside, logins) = (Arc::new(Tally::default()), Arc::new(Tally::default()));
    let mut threads = 0;
    let watch = async {
        for _ in 0..lasting.as_secs() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            threads = threads.max(stage.usage().threads);
        }
    };
    let ((), (), lost) = tokio::join!(
        watch,
        others(&stage, &beside, lasting),
        flood(&stage, &logins, lasting)
    );
    let (beside, logins) = (beside.take(), logins.take());
    report.heading(format!(
        "C264, {} s of {LOGINS} logins per second, {name}",
        lasting.as_secs()
    ));
    report.line("others alone");
    report.answers(&alone, lasting);
    report.line("beside the flood");
    report.answers(&beside, lasting);
    report.answers(&logins, lasting);
    let status = |wanted: u16| logins.iter().filter(|seen| seen.status == wanted).count();
    let known = status(400) + status(429) + status(503);
    let answers = format!(
        "{} hashed, {} × 429, {} × 503, {lost} lost",
        status(400),
        status(429),
        status(503)
    );
    report.figure(
        "every login is answered as it should",
        answers,
        known == logins.len() && lost == 0,
    );
    let errors = beside.iter().filter(|seen| seen.status != seen.wanted);
    let errors = errors.count();
    report.figure("errors among the others", errors, errors == 0);
    relation(report, &alone, &beside);
    let after = stage.usage();
    let memory = format!("{} kB, peak {} kB", before.resident, after.peak);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let hashing = cores.saturating_sub(1).max(1);
    let most = before.resident + MEMORY * hashing as u64;
    report.figure(
        "at most 160 MB of memory more for each thread that hashes",
        memory,
        after.peak < most,
    );
    report.figure(
        "threads are bounded",
        format!("{} → {threads}", before.threads),
        threads < before.threads + 40,
    );
}

fn relation(report: &mut Report, alone: &[Seen], beside: &[Seen]) {
    let (alone, beside) = (p99(alone), p99(beside));
    let text = format!("{} → {}", milliseconds(alone), milliseconds(beside));
    report.figure(
        "p99 of the others at most doubled",
        text,
        beside <= alone * 2,
    );
}

/// Metadata and tokens, 20 of each in a second.
async fn others(stage: &Stage, tally: &Arc<Tally>, lasting: Duration) {
    let one = |number: usize| {
        let (server, tally) = (Arc::clone(&stage.server), Arc::clone(tally));
        async move {
            if number.is_multiple_of(2) {
                let path = "/.well-known/openid-configuration";
                tally.note("metadata", 200, server.get(path)).await;
            } else {
                let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
                let token = server.as_client("m2m", "/oauth/token", &form);
                tally.note("machine", 200, token).await;
            }
        }
    };
    paced(40.0, lasting, one).await;
}

async fn flood(stage: &Stage, tally: &Arc<Tally>, lasting: Duration) -> usize {
    let mut browser = stage.server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page).set("password", "a wrong password");
    let cookies = browser.cookies;
    let one = |number: usize| {
        let (server, tally) = (Arc::clone(&stage.server), Arc::clone(tally));
        let login = format!("nobody{number}@example.com");
        let (form, cookies) = (form.clone().set("login", &login), cookies.clone());
        async move {
            let mut browser = server.browser();
            browser.cookies = cookies;
            tally.note("login", 400, browser.submit(&form)).await;
        }
    };
    paced(LOGINS, lasting, one).await
}
