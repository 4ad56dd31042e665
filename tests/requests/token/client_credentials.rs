//! POST token, `grant_type=client_credentials` (C098, C099; TK-28 to TK-30).

use loco_oauth_server::{
    Seconds,
    internals::protocol::client::{Client, GrantType},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    fixtures,
    server::{Answer, Basic, TestServer},
    tokens::{R1, show, snapshot, text},
};

async fn machine(server: &TestServer, client: &str, more: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", "client_credentials")], more].concat();
    server.as_client(client, "/oauth/token", &form).await
}

async fn introspected(server: &TestServer, body: &Value) -> Value {
    let form = [("token", text(body, "access_token"))];
    server
        .as_client("m2m", "/oauth/introspect", &form)
        .await
        .ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn c098_a_machine_token_is_nobodys() {
    let server = TestServer::start().await;
    let answer = machine(&server, "m2m", &[("scope", "jobs")]).await;
    snapshot!("token_client_credentials", show(&answer));
    let body = answer.ok();
    let form = [("token", text(&body, "access_token"))];
    let live = server.as_client("m2m", "/oauth/introspect", &form).await;
    snapshot!("introspect_machine_token", show(&live));
    assert!(server.grants().await.is_empty() && server.generations().await.is_empty());
    assert_eq!(server.access_tokens().await[0].user_id, None);
}

/// TK-28, TK-29.
#[tokio::test(flavor = "multi_thread")]
async fn c099_public_clients_and_foreign_scopes() {
    let server = TestServer::start().await;
    machine(&server, "m2m", &[("scope", "jobs")]).await.ok();
    let before = server.ledger().await;
    let form = [("grant_type", "client_credentials"), ("client_id", "pub")];
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(400, "unauthorized_client");
    // Even where the operator lists the grant.
    let open = Client {
        grant_types: vec![GrantType::ClientCredentials],
        ..fixtures::client("open", &[])
    };
    fixtures::insert(&server, &open).await;
    let form = [("grant_type", "client_credentials"), ("client_id", "open")];
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(400, "unauthorized_client");
    let answer = machine(&server, "m2m", &[("scope", "jobs read")]).await;
    answer.assert_error(400, "invalid_scope");
    snapshot!("token_invalid_scope", show(&answer));
    assert_eq!(server.ledger().await, before);
}

/// TK-29: scopes about a person are never a machine's.
#[rstest]
#[case("openid")]
#[case("profile")]
#[case("offline_access")]
#[case("jobs openid")]
#[case("undefined")]
#[case("jobs\"")]
#[tokio::test(flavor = "multi_thread")]
async fn tk_29_refused_scopes(#[case] scope: &str) {
    let server = TestServer::start().await;
    let all = Client {
        grant_types: vec![GrantType::ClientCredentials],
        scopes: Some(
            ["jobs", "openid", "profile", "offline_access"]
                .map(str::to_owned)
                .into(),
        ),
        ..fixtures::confidential("all", &[])
    };
    fixtures::insert(&server, &all).await;
    let answer = machine(&server, "all", &[("scope", scope)]).await;
    answer.assert_error(400, "invalid_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_29_default_scopes_cut_to_the_clients() {
    let settings = json!({ "client_credentials_default_scopes": ["jobs", "read"] });
    let server = TestServer::with(settings).await;
    let body = machine(&server, "m2m", &[]).await.ok();
    assert_eq!(body["scope"], "jobs");
    let server = TestServer::start().await;
    let body = machine(&server, "m2m", &[]).await.ok();
    // RFC 6749 §3.3 knows no empty scope, GE-07 no empty member.
    assert_eq!(body.get("scope"), None);
    assert_eq!(introspected(&server, &body).await.get("scope"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_10_scopes_keep_the_order_of_the_request_without_repetition() {
    let server = TestServer::start().await;
    let two = Client {
        grant_types: vec![GrantType::ClientCredentials],
        scopes: Some(vec!["read".to_owned(), "jobs".to_owned()]),
        ..fixtures::confidential("two", &[])
    };
    fixtures::insert(&server, &two).await;
    let body = machine(&server, "two", &[("scope", "jobs read jobs")])
        .await
        .ok();
    assert_eq!(body["scope"], "jobs read");
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_30_resources_of_machines() {
    let server = TestServer::start().await;
    let limited = Client {
        grant_types: vec![GrantType::ClientCredentials],
        resources: Some(vec!["https://api.example".to_owned()]),
        ..fixtures::confidential("limited", &[])
    };
    fixtures::insert(&server, &limited).await;
    for (client, resource) in [("m2m", "https://unknown.example"), ("limited", R1)] {
        let answer = machine(&server, client, &[("resource", resource)]).await;
        answer.assert_error(400, "invalid_target");
    }
    let body = machine(&server, "m2m", &[("resource", R1)]).await.ok();
    assert_eq!(introspected(&server, &body).await["aud"], R1);
    let body = machine(&server, "m2m", &[]).await.ok();
    assert_eq!(
        introspected(&server, &body).await["aud"],
        "https://as.example"
    );
    let server = TestServer::with(json!({ "default_resource": R1 })).await;
    let body = machine(&server, "m2m", &[]).await.ok();
    assert_eq!(introspected(&server, &body).await["aud"], R1);
}

/// Static clients have no row; their secret is the plain SHA-256 an operator can compute (ID-01).
#[tokio::test(flavor = "multi_thread")]
async fn id_01_a_static_client() {
    // printf 'a static secret, 32 characters long' | sha256sum
    let digest = "f3e8bdc897107de38ae7ce686622c47c3ef14fd7562fc5c612af33f76f4b5410";
    let settings = json!({ "clients": [{
        "client_id": "static", "client_secret_sha256": [digest], "scopes": ["jobs"],
        "grant_types": ["client_credentials"],
    }] });
    let server = TestServer::with(settings).await;
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    let secret = crate::app::browser::encoded("a static secret, 32 characters long");
    let answer = server
        .post_as(Basic::of("static", &secret), "/oauth/token", &form)
        .await;
    assert_eq!(answer.ok()["scope"], "jobs");
    let answer = server
        .post_as(Basic::of("static", digest), "/oauth/token", &form)
        .await;
    answer.assert_error(401, "invalid_client");
}

/// CA-02: the secret before the last rotation is good until its end, then no more.
#[tokio::test(flavor = "multi_thread")]
async fn ca_02_two_secrets_during_rotation() {
    use loco_oauth_server::internals::protocol::{
        client::ClientSecret,
        secret::{Purpose, hash},
    };
    let server = TestServer::start().await;
    server.advance(0);
    let secret = |text, expires_at| ClientSecret {
        hash: hash(Purpose::Secret, text),
        expires_at,
    };
    let end = server.oauth().clock.now() + Seconds::new(100);
    let rotating = Client {
        grant_types: vec![GrantType::ClientCredentials],
        secrets: vec![secret("new", None), secret("old", Some(end))],
        ..fixtures::confidential("rotating", &[])
    };
    fixtures::insert(&server, &rotating).await;
    let form = [("grant_type", "client_credentials")];
    for text in ["new", "old"] {
        let answer = server
            .post_as(Basic::of("rotating", text), "/oauth/token", &form)
            .await;
        assert_eq!(answer.status, 200, "{text}");
    }
    server.advance(100);
    let answer = server
        .post_as(Basic::of("rotating", "old"), "/oauth/token", &form)
        .await;
    answer.assert_error(401, "invalid_client");
    let answer = server
        .post_as(Basic::of("rotating", "new"), "/oauth/token", &form)
        .await;
    answer.ok();
}
