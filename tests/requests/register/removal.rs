//! The end of a registration (C159, C249; RFC 7592 §2.3, CC-07).

use futures_util::future::join_all;
use loco_oauth_server::internals::operations::cleanup::Cleanup;
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, VERIFIER},
    fixtures::{ALICE, PASSWORD},
    registration::{metadata, open, open_and},
    server::{Answer, TestServer},
    tokens::{show, snapshot, text},
};

const CB: &str = "https://new.example/cb";

fn public() -> Value {
    metadata(&json!({
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid",
        "client_name": "Shop",
    }))
}

fn request(client: &Value) -> Authorize {
    Authorize::of(text(client, "client_id"), CB).with("scope", "openid")
}

fn redemption(client: &Value, code: &str) -> Vec<(String, String)> {
    owned(&[
        ("grant_type", "authorization_code"),
        ("client_id", text(client, "client_id")),
        ("code", code),
        ("code_verifier", VERIFIER),
    ])
}

fn refresh(client: &Value, tokens: &Value) -> Vec<(String, String)> {
    owned(&[
        ("grant_type", "refresh_token"),
        ("client_id", text(client, "client_id")),
        ("refresh_token", text(tokens, "refresh_token")),
    ])
}

fn owned(form: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    form.iter().map(owned).collect()
}

async fn token(server: &TestServer, form: &[(String, String)]) -> Answer {
    let request = server.http.post(server.url("/oauth/token")).form(form);
    server.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn c159_a_removed_client_gets_an_explanation_and_no_token() {
    let server = TestServer::with(open()).await;
    let client = server.registered(&public()).await;
    let mut browser = server.browser();
    let code = browser.code(&request(&client)).await;
    let tokens = token(&server, &redemption(&client, &code)).await.ok();
    let waiting = browser.code(&request(&client)).await;
    let pending = browser
        .authorize(&request(&client).with("prompt", "consent"))
        .await;
    assert!(pending.body.contains("name=\"decision\""));

    let answer = server.manage("DELETE", &client, None).await;
    snapshot!("registration_removed", show(&answer));

    let page = browser.get(&request(&client).path()).await;
    page.assert_page(400);
    assert!(page.body.contains("removed"), "{page:?}");
    browser.allow(&pending).await.assert_page(400);
    for form in [
        redemption(&client, &waiting),
        redemption(&client, &code),
        refresh(&client, &tokens),
    ] {
        token(&server, &form)
            .await
            .assert_error(401, "invalid_client");
    }
    let access = text(&tokens, "access_token");
    server
        .userinfo(access)
        .await
        .assert_error(401, "invalid_token");
    let reasons = server.revocations().await;
    assert_eq!(reasons, vec![Some("client_deleted".to_owned()); 2]);
    assert_eq!(server.consents().await.len(), 0);
    // The management URL is that of nobody, and the removal happens once.
    for method in ["GET", "DELETE"] {
        let answer = server.manage(method, &client, None).await;
        answer.assert_error(401, "invalid_token");
    }
    let row = server.client_row(&client).await;
    assert_eq!(row.status, "deleted");
    assert!(row.deleted_at.is_some());
    assert_eq!(
        (row.client_secret_hash, row.registration_token_hash),
        (None, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c159_the_machine_tokens_of_a_removed_client_die_too() {
    let server = TestServer::start().await;
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    let tokens = server.as_client("m2m", "/oauth/token", &form).await.ok();
    assert!(server.oauth().registrar.delete("m2m").await.unwrap());
    assert!(server.access_tokens().await[0].revoked_at.is_some());
    assert!(!server.oauth().registrar.delete("m2m").await.unwrap());
    let answer = server.as_client("m2m", "/oauth/token", &form).await;
    answer.assert_error(401, "invalid_client");
    assert!(tokens["access_token"].is_string());
}

/// 50 exchanges and refreshes, and new approvals, while the client goes.
#[rstest]
#[case::one_connection(1)]
#[case::five_connections(5)]
#[tokio::test(flavor = "multi_thread")]
async fn c249_a_client_removed_under_load(#[case] connections: u32) {
    let settings = json!({ "max_connections": connections });
    let server = TestServer::with(open_and(&settings)).await;
    let client = server.registered(&public()).await;
    let mut browser = server.browser();
    let mut forms = Vec::new();
    for number in 0..50 {
        let code = browser.code(&request(&client)).await;
        let redemption = redemption(&client, &code);
        if number % 2 == 0 {
            forms.push(redemption);
        } else {
            let tokens = token(&server, &redemption).await.ok();
            forms.push(refresh(&client, &tokens));
        }
    }
    let mut tabs = Vec::new();
    for _ in 0..5 {
        let mut browser = server.browser();
        let page = browser.authorize(&request(&client)).await;
        let page = browser.log_in(&page, ALICE, PASSWORD).await;
        tabs.push((browser, page));
    }
    let requests = forms.iter().map(|form| token(&server, form));
    let approvals = tabs.iter_mut().map(|(browser, page)| browser.allow(page));
    let (answers, approvals, removed) = tokio::join!(
        join_all(requests),
        join_all(approvals),
        server.manage("DELETE", &client, None),
    );
    assert_eq!(removed.status, 204, "{removed:?}");
    for answer in answers.iter().chain(&approvals) {
        assert!(answer.status < 500, "{answer:?}");
    }
    for answer in answers.iter().filter(|answer| answer.status == 200) {
        let tokens = answer.json();
        let answer = server.userinfo(text(&tokens, "access_token")).await;
        answer.assert_error(401, "invalid_token");
        let answer = token(&server, &refresh(&client, &tokens)).await;
        answer.assert_error(401, "invalid_client");
    }
    for form in &forms {
        token(&server, form)
            .await
            .assert_error(401, "invalid_client");
    }
    // Whatever was issued at the same time belongs to a grant that is dead (CC-07).
    let grants = server.grants().await;
    assert!(
        grants.iter().all(|grant| grant.revoked_at.is_some()),
        "{grants:#?}"
    );
    let ids: Vec<i64> = grants.iter().map(|grant| grant.id).collect();
    let tokens = server.access_tokens().await;
    assert!(
        tokens
            .iter()
            .all(|token| token.grant_id.is_some_and(|id| ids.contains(&id)))
    );
    let generations = server.generations().await;
    assert!(
        generations
            .iter()
            .all(|token| ids.contains(&token.grant_id))
    );
    // What a person allowed the client is forgotten with the next cleanup at the latest.
    let oauth = server.oauth();
    Cleanup(&oauth).run_as_configured().await.unwrap();
    assert!(server.consents().await.is_empty());
}
