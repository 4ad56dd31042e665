//! C266: days of traffic, an hour at a time, with the clock moved and the cleanup after each.

use std::{collections::BTreeMap, time::Instant};

use loco_oauth_server::internals::{
    operations::cleanup::Cleanup,
    store::cleanup::{self, Expired},
};
use serde_json::json;

use crate::{
    app::{
        browser::Authorize,
        fixtures::{ALICE, PASSWORD},
        server::{TestServer, no_limits},
        traffic::{Tally, wrong},
    },
    report::{Report, asked},
};

const HOUR: i64 = 3600;
const YEAR: i64 = 366 * 86_400;

pub async fn run(report: &mut Report) {
    c266_tables_level_off(report).await;
}

async fn c266_tables_level_off(report: &mut Report) {
    let days = asked("DAYS", 3);
    let server = TestServer::with(json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
        "rate_limits": no_limits(),
        // Shorter than by default, so that the days see them end.
        "refresh_token_ttl_seconds": 43_200,
        "refresh_token_max_ttl_seconds": 43_200,
        "session_ttl_seconds": 43_200,
        "session_idle_ttl_seconds": 43_200,
    }))
    .await;
    let begun = Instant::now();
    let before = server.table_sizes().await;
    let mut ends_of_days = Vec::new();
    let (mut most_due, mut cleanup_took) = (0.0_f64, std::time::Duration::ZERO);
    for _ in 0..days {
        for _ in 0..24 {
            hour(&server).await;
            server.advance(HOUR);
            let cleaning = Instant::now();
            let oauth = server.oauth();
            Cleanup(&oauth).run_as_configured().await.unwrap();
            cleanup_took = cleanup_took.max(cleaning.elapsed());
            most_due = most_due.max(due(&server).await);
        }
        ends_of_days.push(server.table_sizes().await);
    }
    server.advance(YEAR);
    for _ in 0..3 {
        let oauth = server.oauth();
        Cleanup(&oauth).run_as_configured().await.unwrap();
    }
    let in_the_end = server.table_sizes().await;

    report.heading(format!(
        "C266, {days} days of traffic with the cleanup every hour, in {} s",
        begun.elapsed().as_secs()
    ));
    let names: Vec<String> = (1..=days).map(|day| format!("day {day}")).collect();
    let mut moments = vec![("before", &before)];
    moments.extend(names.iter().map(String::as_str).zip(&ends_of_days));
    moments.push(("a year later", &in_the_end));
    report.rows(&moments);
    report.line(format!("longest cleanup {} ms", cleanup_took.as_millis()));
    report.figure(
        "rows that are over, of those that are not, after a cleanup",
        format!("{:.1} %", most_due * 100.0),
        most_due <= 0.05,
    );
    let traffic = [
        "oauth_authorization_states",
        "oauth_access_tokens",
        "oauth_ephemerals",
    ];
    let rows = |sizes: &BTreeMap<&'static str, i64>| -> i64 {
        traffic.iter().map(|table| sizes[table]).sum()
    };
    if let [.., earlier, last] = ends_of_days.as_slice() {
        let text = format!("{} → {}", rows(earlier), rows(last));
        let level = rows(last) * 100 <= rows(earlier) * 105;
        report.figure("interactions, tokens and counters level off", text, level);
    }
    let gone = [
        "oauth_authorization_codes",
        "oauth_refresh_tokens",
        "oauth_sessions",
    ];
    let left: i64 = gone.iter().map(|table| in_the_end[table]).sum();
    report.figure(
        "grants, their tokens and sessions a year later",
        left,
        left == 0,
    );
    let clients = in_the_end["oauth_clients"] - before["oauth_clients"];
    report.figure(
        "clients that nobody used, a year later",
        clients,
        clients == 0,
    );
}

/// New sessions, ten rounds, three abandoned logins, two registrations that nobody uses, three
/// passwords that are wrong.
async fn hour(server: &TestServer) {
    let tally = Tally::default();
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    for _ in 0..10 {
        server.round(&mut browser, &tally).await;
    }
    assert_eq!(wrong(&tally.take()), Vec::<String>::new());
    for _ in 0..3 {
        let mut stranger = server.browser();
        let page = stranger.authorize(&Authorize::base()).await;
        stranger.log_in(&page, ALICE, &PASSWORD[1..]).await;
    }
    for _ in 0..2 {
        let metadata = json!({ "redirect_uris": ["https://new.example/cb"] });
        let register = server.http.post(server.url("/oauth/register"));
        assert_eq!(server.send(register.json(&metadata)).await.status, 201);
    }
}

/// Rows whose time is over, retention included, by those whose time is not.
async fn due(server: &TestServer) -> f64 {
    let oauth = server.oauth();
    let (tables, now) = (oauth.store.tables(), oauth.clock.now());
    let mut over = 0;
    for kind in Expired::ALL {
        let count = |db| cleanup::remaining(db, tables, kind, now);
        over += oauth.store.run(count).await.unwrap();
    }
    let all: i64 = server.table_sizes().await.values().sum();
    let part = |rows: i64| f64::from(i32::try_from(rows).unwrap_or(i32::MAX));
    part(over) / part((all - over).max(1))
}
