//! Everybody may register, and somebody does, from many addresses.

use loco_oauth_server::internals::operations::cleanup::Cleanup;
use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::{
    app::{
        server::{Answer, no_limits},
        traffic::Tally,
    },
    report::{Report, lasting},
    stage::{Stage, paced},
};

const RATE: f64 = 200.0;
const ADDRESSES: usize = 50;
const DAY: i64 = 86_400;

pub async fn run(report: &mut Report) {
    let mut limits = no_limits();
    limits["register"] = json!([]);
    let settings = json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
        "rate_limits": limits,
        "rate_limit_store": "database",
    });
    let stage = Stage::with(settings).await;
    let (lasting, tally) = (lasting(), Arc::new(Tally::default()));
    let before = stage.server.table_sizes().await;
    let lost = flood(&stage, &tally, lasting).await;
    let after = stage.server.table_sizes().await;
    stage.server.advance(2 * DAY);
    let oauth = stage.server.oauth();
    let begun = std::time::Instant::now();
    let cleaned = Cleanup(&oauth).run_as_configured().await.unwrap();
    let took = begun.elapsed();
    // A removed client leaves its name for 90 days.
    stage.server.advance(91 * DAY);
    Cleanup(&oauth).run_as_configured().await.unwrap();
    let in_the_end = stage.server.table_sizes().await;

    report.heading(format!(
        "Open registration, {} s of {RATE} per second from {ADDRESSES} addresses",
        lasting.as_secs()
    ));
    let seen = tally.take();
    report.answers(&seen, lasting);
    report.rows(&[
        ("before", &before),
        ("after", &after),
        ("93 days later", &in_the_end),
    ]);
    let status = |wanted: u16| seen.iter().filter(|seen| seen.status == wanted).count();
    let text = format!("{} × 201, {} × 429", status(201), status(429));
    let known = status(201) + status(429) == seen.len() && lost == 0;
    report.figure("all are answered as they should", text, known);
    let made = after["oauth_clients"] - before["oauth_clients"];
    // 300 in a minute for the whole server; a window may begin twice while it is measured.
    let windows = i64::try_from(lasting.as_secs() / 60).unwrap_or(0) + 2;
    report.figure("clients made", made, made <= 300 * windows);
    let counters = after["oauth_ephemerals"] - before["oauth_ephemerals"];
    let most = i64::try_from(ADDRESSES).unwrap_or(0) + 1;
    report.figure("counters made", counters, counters <= most);
    let reaped = format!("{} in {} ms", cleaned.reaped, took.as_millis());
    let all = i64::try_from(cleaned.reaped).is_ok_and(|reaped| reaped == made);
    report.figure("unused clients removed after two days", reaped, all);
    let left = in_the_end["oauth_clients"] - before["oauth_clients"];
    report.figure("rows left of them", left, left == 0);
}

async fn flood(stage: &Stage, tally: &Arc<Tally>, lasting: Duration) -> usize {
    let senders: Vec<reqwest::Client> = (1..=ADDRESSES)
        .map(|number| {
            let address = format!("127.0.1.{number}").parse().unwrap();
            let sender = reqwest::Client::builder().local_address(Some(address));
            sender.build().unwrap()
        })
        .collect();
    let metadata = json!({
        "redirect_uris": ["https://tool.example/cb"],
        "token_endpoint_auth_method": "none",
    });
    let one = |number: usize| {
        let sender = &senders[number % senders.len()];
        let request = sender
            .post(stage.server.url("/oauth/register"))
            .json(&metadata);
        let tally = Arc::clone(tally);
        async move {
            let answer = async { Answer::read(request.send().await.unwrap()).await };
            tally.note("register", 201, answer).await;
        }
    };
    paced(RATE, lasting, one).await
}
