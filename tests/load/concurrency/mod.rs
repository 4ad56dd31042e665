//! Races over real connections (C240-C243, C249, C250; CC-01 to CC-07).

mod nodes;

use std::{collections::BTreeSet, sync::LazyLock};

use futures_util::future::join_all;
use loco_oauth_server::internals::protocol::client::Client;
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser, Form, encoded},
    fixtures::{self, SECRET},
    oauth_server::{oauth_clients, oauth_consents},
    server::{Answer, TestServer},
    tokens::{assert_verifies, redemption, text},
};

const RACERS: usize = 50;
/// Rounds; a long run sets more.
pub static ROUNDS: LazyLock<usize> = LazyLock::new(|| {
    let rounds = std::env::var("RACE_ROUNDS").ok();
    rounds.and_then(|text| text.parse().ok()).unwrap_or(20)
});

/// The same token request of `conf` from many connections at once, spread over the nodes.
async fn race(nodes: &[&TestServer], form: &[(&str, &str)]) -> Vec<Answer> {
    let racers = nodes.iter().cycle().take(RACERS).map(|node| {
        let request = node
            .http
            .post(node.url("/oauth/token"))
            .basic_auth("conf", Some(encoded(SECRET)))
            .form(form);
        tokio::spawn(async move { Answer::read(request.send().await.unwrap()).await })
    });
    join_all(racers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

/// Successes; all others are `invalid_grant`.
#[track_caller]
fn winners(answers: &[Answer]) -> Vec<&Answer> {
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    for answer in lost {
        answer.assert_error(400, "invalid_grant");
    }
    won
}

/// CC-01, CC-02, CC-05, TK-18: one wins; the others are replays and end its family.
#[rstest]
#[case::one_connection(1)]
#[case::five_connections(5)]
#[tokio::test(flavor = "multi_thread")]
async fn c240_one_code_redeemed_at_once(#[case] connections: u32) {
    let server = TestServer::with(json!({ "max_connections": connections })).await;
    let mut browser = server.browser();
    for round in 1..=*ROUNDS {
        let code = browser.code(&Authorize::base()).await;
        let answers = race(&[&server], &redemption(&code, &[])).await;
        let won = winners(&answers);
        assert_eq!(won.len(), 1, "round {round}");
        let tokens = won[0].json();
        assert!(!server.is_live(text(&tokens, "access_token")).await);
        let refresh = text(&tokens, "refresh_token");
        server
            .refresh(refresh)
            .await
            .assert_error(400, "invalid_grant");
        assert_eq!(server.generations().await.len(), round);
        assert_eq!(server.access_tokens().await.len(), round);
    }
    let reasons: BTreeSet<_> = server.revocations().await.into_iter().collect();
    assert_eq!(reasons, BTreeSet::from([Some("code_replay".to_owned())]));
}

/// RF-02, TK-26: everybody gets the same successor.
#[rstest]
#[case::one_connection(1)]
#[case::five_connections(5)]
#[tokio::test(flavor = "multi_thread")]
async fn c241_one_token_refreshed_at_once(#[case] connections: u32) {
    let server = TestServer::with(json!({ "max_connections": connections })).await;
    let mut tokens = server.tokens(&Authorize::base()).await;
    for round in 1..=*ROUNDS {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&tokens, "refresh_token")),
        ];
        let answers = race(&[&server], &form).await;
        assert_eq!(winners(&answers).len(), RACERS);
        let bodies: BTreeSet<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
        assert_eq!(bodies.len(), 1);
        assert_eq!(
            server.live_generations().await,
            [i32::try_from(round).unwrap() + 1]
        );
        assert_eq!(server.access_tokens().await.len(), round + 1);
        tokens = answers[0].json();
    }
    server.refresh(text(&tokens, "refresh_token")).await.ok();
}

/// TK-21: without a window one wins, and the others are replays.
#[tokio::test(flavor = "multi_thread")]
async fn c241_one_token_refreshed_at_once_without_window() {
    let server = TestServer::with(json!({ "refresh_token_retry_window_seconds": 0 })).await;
    let mut browser = server.browser();
    for round in 1..=*ROUNDS {
        let code = browser.code(&Authorize::base()).await;
        let tokens = server.redeem(&code).await.ok();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&tokens, "refresh_token")),
        ];
        let answers = race(&[&server], &form).await;
        let won = winners(&answers);
        assert_eq!(won.len(), 1);
        assert!(!server.is_live(text(&won[0].json(), "access_token")).await);
        assert_eq!(server.generations().await.len(), 2 * round);
        let reasons = server.revocations().await;
        assert_eq!(reasons[round - 1].as_deref(), Some("refresh_replay"));
    }
}

/// The same on two processes over one database: one wins at a code, all get one successor of a
/// refresh token.
#[tokio::test(flavor = "multi_thread")]
async fn c240_c241_two_nodes_race() {
    let server = TestServer::start().await;
    let twin = server.twin(json!({})).await;
    let nodes = [&server, &twin];
    let mut browser = server.browser();
    for round in 1..=*ROUNDS {
        let code = browser.code(&Authorize::base()).await;
        let answers = race(&nodes, &redemption(&code, &[])).await;
        let won = winners(&answers);
        assert_eq!(won.len(), 1, "round {round}");
        assert!(!twin.is_live(text(&won[0].json(), "access_token")).await);

        let code = browser.code(&Authorize::base()).await;
        let tokens = twin.redeem(&code).await.ok();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&tokens, "refresh_token")),
        ];
        let answers = race(&nodes, &form).await;
        assert_eq!(winners(&answers).len(), RACERS);
        let bodies: BTreeSet<&str> = answers.iter().map(|answer| answer.body.as_str()).collect();
        assert_eq!(bodies.len(), 1);
        assert_eq!(server.live_generations().await, vec![2; round]);
    }
}

/// CC-07: whatever is issued at the same time is dead too.
#[tokio::test(flavor = "multi_thread")]
async fn c242_refresh_and_revocation_at_once() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    for _ in 0..*ROUNDS {
        let code = browser.code(&Authorize::base()).await;
        let tokens = server.redeem(&code).await.ok();
        let refresh = text(&tokens, "refresh_token");
        let (refreshed, revoked) = tokio::join!(server.refresh(refresh), server.revoke(refresh));
        assert_eq!(revoked.status, 200);
        if refreshed.status == 200 {
            let body = refreshed.json();
            assert!(!server.is_live(text(&body, "access_token")).await);
            let next = server.refresh(text(&body, "refresh_token")).await;
            next.assert_error(400, "invalid_grant");
        } else {
            refreshed.assert_error(400, "invalid_grant");
        }
        assert!(!server.is_live(text(&tokens, "access_token")).await);
        assert!(server.live_generations().await.is_empty());
    }
}

/// n allows of one consent form: one code, the others the same location or a page.
#[rstest]
#[case::one_connection(1)]
#[case::five_connections(5)]
#[tokio::test(flavor = "multi_thread")]
async fn c243_one_consent_given_at_once(#[case] connections: u32) {
    use sea_orm::EntityTrait;
    let server = TestServer::with(json!({ "max_connections": connections })).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of_consent(&page).set("decision", "allow");
    let answers = join_all((0..RACERS).map(|_| {
        let mut tab = Browser::new(&server);
        tab.cookies.clone_from(&browser.cookies);
        let form = form.clone();
        async move { tab.submit(&form).await }
    }))
    .await;
    let mut locations = BTreeSet::new();
    for answer in &answers {
        if answer.status == 303 {
            locations.insert(answer.location().to_owned());
        } else {
            // "You have answered this already."
            answer.assert_page(400);
        }
    }
    let codes = locations
        .iter()
        .filter(|location| location.contains("code="));
    assert_eq!(codes.count(), 1, "{locations:?}");
    assert_eq!(server.grants().await.len(), 1);
    let consents = oauth_consents::Entity::find()
        .all(&server.ctx.db)
        .await
        .unwrap();
    assert_eq!(consents.len(), 1);
}

#[rstest]
#[case("disabled")]
#[case("deleted")]
#[tokio::test(flavor = "multi_thread")]
async fn c249_a_client_that_ends_under_load(#[case] status: &str) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let mut forms = Vec::new();
    for number in 0..10 {
        let code = browser.code(&Authorize::base()).await;
        if number % 2 == 0 {
            forms.push(redeemed(&redemption(&code, &[])));
        } else {
            let tokens = server.redeem(&code).await.ok();
            let token = text(&tokens, "refresh_token");
            forms.push(redeemed(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", token),
            ]));
        }
    }
    let requests = forms.iter().map(|form| async {
        let form: Vec<(&str, &str)> = form.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        server.token(&form).await
    });
    let end = server.set_client("conf", oauth_clients::Column::Status, status);
    let (answers, ()) = tokio::join!(join_all(requests), end);
    for answer in &answers {
        assert!([200, 401].contains(&answer.status), "{answer:?}");
    }
    for answer in answers.iter().filter(|answer| answer.status == 200) {
        let access = answer.json();
        let answer = server.userinfo(text(&access, "access_token")).await;
        answer.assert_error(401, "invalid_token");
        let refresh = server.refresh(text(&access, "refresh_token")).await;
        refresh.assert_error(401, "invalid_client");
    }
}

fn redeemed(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The first requests of a new server agree on one key, and the published set verifies.
#[tokio::test(flavor = "multi_thread")]
async fn c250_first_requests_and_one_key() {
    let directory = tempfile::tempdir().unwrap();
    let settings = json!({ "keys": { "directory": directory.path(), "id_token_alg": "ES256" } });
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let mut codes = Vec::new();
    for _ in 0..20 {
        codes.push(browser.code(&Authorize::base()).await);
    }
    // Keys are made when a process starts that finds none: here four at once.
    let nodes = join_all((0..4).map(|_| server.twin(settings.clone()))).await;
    let exchanges = codes.iter().zip(nodes.iter().cycle());
    let answers = join_all(exchanges.map(|(code, node)| node.redeem(code))).await;
    let set: Value = nodes[0].get("/oauth/jwks").await.ok();
    for node in &nodes {
        assert_eq!(node.get("/oauth/jwks").await.ok(), set);
    }
    let published = set["keys"].as_array().unwrap();
    assert_eq!(published.len(), 1, "{published:?}");
    for answer in &answers {
        assert_verifies(text(&answer.ok(), "id_token"), &set, "conf");
    }
    let files = std::fs::read_dir(directory.path()).unwrap();
    let is_key = |name: &std::path::Path| name.extension().is_some_and(|end| end == "pem");
    let keys = files.filter(|file| is_key(&file.as_ref().unwrap().path()));
    assert_eq!(keys.count(), 1);
}

/// Many clients at once on the smallest pool: nobody is turned away.
#[tokio::test(flavor = "multi_thread")]
async fn cc_03_a_pool_of_one_connection_serves_everybody() {
    let server = TestServer::with(json!({ "max_connections": 1 })).await;
    let many: Vec<String> = (0..10).map(|number| format!("m{number}")).collect();
    for id in &many {
        let machine = Client {
            grant_types: vec![
                loco_oauth_server::internals::protocol::client::GrantType::ClientCredentials,
            ],
            scopes: Some(vec!["jobs".to_owned()]),
            ..fixtures::confidential(id, &[])
        };
        fixtures::insert(&server, &machine).await;
    }
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    let requests =
        (0..100).map(|number: usize| server.as_client(&many[number % 10], "/oauth/token", &form));
    for answer in join_all(requests).await {
        answer.ok();
    }
}
