//! The process is killed while it works, and started again (FA-02).

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use sea_orm::ConnectionTrait;

use super::locked::lock;
use crate::app::{
    browser::{Authorize, encoded},
    fixtures::SECRET,
    process::Process,
    server::{Answer, TestServer},
    tokens::{redemption, text},
};

/// Requests that are under way when the process dies.
const EXCHANGES: usize = 20;

/// Kills; a long run sets more.
fn rounds() -> u64 {
    let rounds = std::env::var("KILL_ROUNDS").ok();
    rounds.and_then(|text| text.parse().ok()).unwrap_or(5)
}

enum Request {
    Code(String),
    Refresh(String),
}

impl Request {
    fn form(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Code(code) => redemption(code, &[]),
            Self::Refresh(token) => {
                vec![("grant_type", "refresh_token"), ("refresh_token", token)]
            }
        }
    }
}

/// What the process answered, if it did.
async fn send(server: &TestServer, process: &Process, request: &Request) -> Option<Answer> {
    let sent = server
        .http
        .post(process.url("/oauth/token"))
        .basic_auth("conf", Some(encoded(SECRET)))
        .form(&request.form())
        .send()
        .await
        .ok()?;
    let status = sent.status().as_u16();
    let headers = sent.headers().clone();
    let body = sent.text().await.ok()?;
    Some(Answer {
        status,
        headers,
        body,
    })
}

/// Every acknowledged token works; no code that was answered works again; every other one works
/// once or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn c231_the_process_is_killed_during_exchanges() {
    let server = TestServer::start().await;
    let mut process = Process::start(&server.database).await;
    let (mut sent, mut answered) = (0, 0);
    for round in 0..rounds() {
        let mut browser = server.browser();
        let mut requests = Vec::new();
        for number in 0..EXCHANGES {
            let code = browser.code(&Authorize::base()).await;
            requests.push(if number % 2 == 0 {
                Request::Code(code)
            } else {
                let tokens = server.redeem(&code).await.ok();
                Request::Refresh(text(&tokens, "refresh_token").to_owned())
            });
        }
        let under_way = requests
            .iter()
            .map(|request| send(&server, &process, request));
        let at = Duration::from_millis(2 + (round * 13) % 90);
        let pid = process.id();
        let (answers, ()) = tokio::join!(join_all(under_way), async {
            tokio::time::sleep(at).await;
            Process::kill_pid(pid);
        });
        process.kill();
        process = Process::start(&server.database).await;
        for (request, answer) in requests.iter().zip(answers) {
            sent += 1;
            answered += u32::from(answer.is_some());
            judge(&server, &process, request, answer).await;
        }
        server.check_integrity().await;
    }
    // For `--nocapture`: whether the kills hit requests or came late.
    println!(
        "{} kills: {answered} of {sent} requests were answered",
        rounds()
    );
}

async fn judge(server: &TestServer, process: &Process, request: &Request, answer: Option<Answer>) {
    if let Some(answer) = answer.filter(|answer| answer.status == 200) {
        let tokens = answer.json();
        assert!(server.is_live(text(&tokens, "access_token")).await);
        let userinfo = server.userinfo(text(&tokens, "access_token")).await;
        userinfo.ok();
        let next = server.refresh(text(&tokens, "refresh_token")).await;
        next.ok();
    } else {
        // Not acknowledged: it works now, or it was used up whole.
        let again = send(server, process, request).await.unwrap();
        match request {
            Request::Code(_) if again.status == 400 => again.assert_error(400, "invalid_grant"),
            // A lost answer of a refresh is given again within the window.
            Request::Refresh(_) | Request::Code(_) => {
                again.ok();
            }
        }
    }
    if let Request::Code(_) = request {
        let twice = send(server, process, request).await.unwrap();
        twice.assert_error(400, "invalid_grant");
    }
}

impl TestServer {
    /// The database's own check, and rows that hang in the air.
    pub async fn check_integrity(&self) {
        let db = &self.ctx.db;
        if !self.database.is_postgres() {
            let backend = db.get_database_backend();
            let check = sea_orm::Statement::from_string(backend, "PRAGMA integrity_check");
            let row = db.query_one_raw(check).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
        }
        let redeemed: HashSet<i64> = self
            .grants()
            .await
            .iter()
            .filter(|grant| grant.redeemed_at.is_some())
            .map(|grant| grant.id)
            .collect();
        let tokens = self.access_tokens().await;
        let with_tokens: HashSet<i64> = tokens.iter().filter_map(|token| token.grant_id).collect();
        assert_eq!(redeemed, with_tokens, "a set of tokens for each code");
        let generations = self.generations().await;
        let refreshable: HashSet<i64> = generations.iter().map(|token| token.grant_id).collect();
        assert_eq!(redeemed, refreshable);
    }
}

/// FA-05, C267: requests that are under way finish, new ones find nobody, and the process ends by
/// itself with success.
#[tokio::test(flavor = "multi_thread")]
async fn c267_fa_05_sigterm_lets_requests_finish() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let mut requests = Vec::new();
    for _ in 0..10 {
        requests.push(Request::Code(browser.code(&Authorize::base()).await));
    }
    let mut process = Process::start(&server.database).await;
    let address = process.address;
    // They wait for the tables, and so they are under way when the signal comes.
    let held = lock(&server).await;
    let url = process.url("/oauth/token");
    let under_way: Vec<_> = requests
        .iter()
        .map(|request| {
            let request = server
                .http
                .post(&url)
                .basic_auth("conf", Some(encoded(SECRET)))
                .form(&request.form())
                .send();
            tokio::spawn(request)
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let ended = tokio::task::spawn_blocking(move || process.terminate());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let late = tokio::net::TcpStream::connect(address).await;
    assert!(late.is_err(), "a new connection after the signal");
    assert!(!ended.is_finished(), "the process did not wait");
    held.rollback().await.unwrap();
    for answer in join_all(under_way).await {
        let answer = answer.unwrap().expect("an answer");
        assert_eq!(answer.status(), 200);
    }
    assert!(ended.await.unwrap(), "the process did not end well");
    server.assert_whole().await;
    let grants = server.grants().await;
    assert!(grants.iter().all(|grant| grant.redeemed_at.is_some()));
}

/// FA-05, C267: a request that never ends, as an event stream is, does not hold the process for ever.
#[tokio::test(flavor = "multi_thread")]
async fn c267_what_never_ends_is_cut_off() {
    let server = TestServer::start().await;
    let mut process = Process::start(&server.database).await;
    let endless = server.http.get(process.url("/endless")).send();
    let endless = tokio::spawn(endless);
    let idle = tokio::net::TcpStream::connect(process.address).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!endless.is_finished());
    let ended = tokio::task::spawn_blocking(move || process.terminate());
    // Below what Kubernetes waits.
    let ended = tokio::time::timeout(Duration::from_secs(29), ended).await;
    assert!(ended.unwrap().unwrap(), "the process did not end well");
    assert!(endless.await.unwrap().is_err());
    drop(idle);
}
