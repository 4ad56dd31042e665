//! C265: connections that send a byte every five seconds.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::sleep,
};

use crate::{
    app::traffic::Tally,
    report::{Latencies, Report, asked, milliseconds, p99},
    stage::{Stage, valid},
};

const WATCHED: Duration = Duration::from_secs(35);
const CUT_OFF: Duration = Duration::from_secs(30);
const HEAD: &str = "POST /oauth/token HTTP/1.1\r\nHost: as.example\r\n";
const BODY: &str =
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n";

pub async fn run(report: &mut Report) {
    c265_slow_connections(report).await;
}

async fn c265_slow_connections(report: &mut Report) {
    let stage = Stage::with(json!({})).await;
    let count = asked("SLOW_CONNECTIONS", 2000);
    let before = stage.usage();
    let mut slow = JoinSet::new();
    for number in 0..count {
        slow.spawn(drip(stage.server.address, number % 2 == 0));
        if number % 100 == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    }
    let tally = Arc::new(Tally::default());
    let lost = valid(&stage, &tally, WATCHED).await;
    let usage = stage.usage();
    let ended = slow.join_all().await;
    let seen = tally.take();

    report.heading(format!("C265, {count} connections that send a byte in 5 s"));
    report.answers(&seen, WATCHED);
    for (name, with_body) in [("bodies", true), ("headers", false)] {
        let of: Vec<_> = ended
            .iter()
            .filter(|(body, _)| *body == with_body)
            .collect();
        let cut: Vec<Duration> = of.iter().filter_map(|(_, cut)| *cut).collect();
        let in_time = cut.iter().filter(|cut| **cut <= CUT_OFF).count();
        let latest = Latencies::of(cut.into_iter()).percentile(100);
        let text = format!(
            "{in_time} of {}, the last after {}",
            of.len(),
            milliseconds(latest)
        );
        report.figure(
            &format!("slow {name} cut off within 30 s"),
            text,
            in_time == of.len(),
        );
    }
    let wrong = seen
        .iter()
        .filter(|seen| seen.status != seen.wanted)
        .count()
        + lost;
    report.figure("errors among the others", wrong, wrong == 0);
    let p99 = p99(&seen);
    report.figure(
        "p99 of the others within 100 ms",
        milliseconds(p99),
        p99 <= Duration::from_millis(100),
    );
    report.line(format!(
        "memory {} → {} kB, peak {} kB",
        before.resident, usage.resident, usage.peak
    ));
}

/// Whether it was a body, and when it was cut off.
async fn drip(address: SocketAddr, with_body: bool) -> (bool, Option<Duration>) {
    let begun = Instant::now();
    let Ok(stream) = TcpStream::connect(address).await else {
        return (with_body, None);
    };
    let (mut read, mut write) = stream.into_split();
    let dripping = tokio::spawn(async move {
        let head = if with_body {
            [HEAD, BODY].concat()
        } else {
            HEAD.to_owned()
        };
        let mut sent = write.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            sleep(Duration::from_secs(5)).await;
            sent = write.write_all(b"a").await;
        }
    });
    let mut answer = Vec::new();
    let end = tokio::time::timeout(WATCHED, read.read_to_end(&mut answer)).await;
    dripping.abort();
    (with_body, end.is_ok().then(|| begun.elapsed()))
}
