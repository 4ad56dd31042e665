//! Who may register (C157, C161, C258; RG-01, RG-04, RG-09; GE-11, ST-11).

use rstest::rstest;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{TOKEN, machine, shown};
use crate::app::{
    fixtures::ALICE,
    registration::{metadata, open, open_and},
    server::{Basic, ISSUER, TestServer},
    tokens::{snapshot, text},
};

fn by_token() -> serde_json::Value {
    let hash = format!("{:x}", Sha256::digest(TOKEN));
    json!({
        "allow_dynamic_client_registration": true,
        "initial_access_token_hashes": ["00".repeat(32), hash],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn c157_an_initial_access_token_permits_registration() {
    let server = TestServer::with(by_token()).await;
    let before = server.clients().await.len();
    let answer = server.register(&metadata(&json!({}))).await;
    snapshot!("register_without_token", shown(&answer));
    let with = |authorization: &str| {
        let request = server.http.post(server.url("/oauth/register"));
        let request = request.header("authorization", authorization);
        request.json(&metadata(&json!({})))
    };
    let answer = server.send(with("Bearer wrong")).await;
    snapshot!("register_wrong_token", shown(&answer));
    for odd in ["Bearer", "Basic YTpi", "Bearer ", &format!("Token {TOKEN}")] {
        let answer = server.send(with(odd)).await;
        answer.assert_error(401, "invalid_token");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
    }
    assert_eq!(server.clients().await.len(), before);
    let answer = server.send(with(&format!("bearer {TOKEN}"))).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// RG-07: who is vouched for may register machines.
#[tokio::test(flavor = "multi_thread")]
async fn rg_07_a_known_caller_may_ask_for_client_credentials() {
    let server = TestServer::with(by_token()).await;
    let request = server.http.post(server.url("/oauth/register"));
    let request = request.bearer_auth(TOKEN).json(&machine(&json!({})));
    let answer = server.send(request).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["response_types"], json!([]));
    let basic = Basic::of(text(&body, "client_id"), text(&body, "client_secret"));
    let form = [("grant_type", "client_credentials"), ("scope", "mcp:read")];
    let answer = server.post_as(basic, "/oauth/token", &form).await;
    assert_eq!(answer.ok()["scope"], "mcp:read");
    // By its own token it keeps what it has.
    let mut update = machine(&json!({}));
    update["client_id"] = body["client_id"].clone();
    server.manage("PUT", &body, Some(&update)).await.ok();
}

/// RG-04: a wrong token is not a stranger.
#[tokio::test(flavor = "multi_thread")]
async fn rg_04_a_wrong_token_is_refused_where_everybody_may_register() {
    let server = TestServer::with(open()).await;
    let request = server.http.post(server.url("/oauth/register"));
    let request = request.bearer_auth("wrong").json(&metadata(&json!({})));
    server
        .send(request)
        .await
        .assert_error(401, "invalid_token");
}

/// RG-04: the cookie counts for pages of this origin only.
#[tokio::test(flavor = "multi_thread")]
async fn rg_04_a_signed_in_person_owns_what_they_register() {
    let server = TestServer::with(by_token()).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let request = |headers: &[(&str, &str)]| {
        let request = server.http.post(server.url("/oauth/register"));
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        request.json(&metadata(&json!({})))
    };
    for foreign in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", ISSUER), ("sec-fetch-site", "cross-site")],
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[("sec-fetch-site", "none")],
    ] {
        let answer = browser.send(request(foreign)).await;
        answer.assert_error(401, "invalid_token");
    }
    let answer = browser
        .send(request(&[
            ("origin", ISSUER),
            ("sec-fetch-site", "same-origin"),
        ]))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let alice = server.user(ALICE).await.unwrap();
    let row = server.client_row(&answer.json()).await;
    assert_eq!(row.user_id, Some(alice.id));
    // Without the cookie the origin is nobody.
    let answer = server.send(request(&[("origin", ISSUER)])).await;
    answer.assert_error(401, "invalid_token");
}

/// GE-11.
#[tokio::test(flavor = "multi_thread")]
async fn ge_11_registration_is_off_until_it_is_switched_on() {
    let off = TestServer::start().await;
    let answer = off.register(&metadata(&json!({}))).await;
    snapshot!("register_switched_off", shown(&answer));
    let information = json!({ "registration_client_uri": "/oauth/register/dyn" });
    for method in ["GET", "PUT", "DELETE"] {
        let request = off.at_registration(method, &information);
        off.send(request).await.assert_error(404, "invalid_request");
    }
    let document = "/.well-known/oauth-authorization-server";
    let metadata = off.get(document).await.ok();
    assert!(metadata.get("registration_endpoint").is_none());

    let on = TestServer::with(open()).await;
    let metadata = on.get(document).await.ok();
    let endpoint = &metadata["registration_endpoint"];
    assert_eq!(endpoint, "https://as.example/oauth/register");
}

/// RG-01.
#[rstest]
#[case::form(Some("application/x-www-form-urlencoded"))]
#[case::text(Some("text/json"))]
#[case::charset(Some("application/json; charset=latin1"))]
#[case::none(None)]
#[tokio::test(flavor = "multi_thread")]
async fn c161_other_content_types(#[case] content_type: Option<&str>) {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    let bodies = [
        metadata(&json!({})).to_string(),
        "redirect_uris=https%3A%2F%2Fnew.example%2Fcb".to_owned(),
    ];
    for body in bodies {
        let mut request = server.http.post(server.url("/oauth/register"));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = server.send(request.body(body)).await;
        answer.assert_error(415, "invalid_client_metadata");
    }
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c161_other_methods() {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = server
            .http
            .request(method.clone(), server.url("/oauth/register"));
        let answer = server.send(request).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST"));
        if method != reqwest::Method::HEAD {
            answer.assert_error(405, "invalid_request");
        }
    }
    for method in ["POST", "HEAD", "PATCH"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = server.url("/oauth/register/client_x");
        let answer = server.send(server.http.request(method, url)).await;
        assert_eq!(answer.status, 405);
        let mut allow: Vec<_> = answer.header("allow").unwrap().split(", ").collect();
        allow.sort_unstable();
        assert_eq!(allow, ["DELETE", "GET", "PUT"]);
    }
    assert_eq!(server.everything().await, before);
}

/// RG-09: the app's own rule.
#[tokio::test(flavor = "multi_thread")]
async fn rg_09_the_hook_decides() {
    let server = TestServer::with(open_and(&by_token())).await;
    let before = server.clients().await.len();
    let named = |name: &str| metadata(&json!({ "client_name": name }));
    let answer = server.register(&named("Refused")).await;
    snapshot!("register_refused_by_hook", shown(&answer));
    let answer = server.register(&named("Broken")).await;
    answer.assert_error(500, "server_error");
    let answer = server.register(&named("Members only")).await;
    answer.assert_error(403, "access_denied");
    assert_eq!(server.clients().await.len(), before);
    let request = server.http.post(server.url("/oauth/register"));
    let request = request.bearer_auth(TOKEN).json(&named("Members only"));
    assert_eq!(server.send(request).await.status, 201);
    // The rules come before the hook, and an update does not go around it.
    let mut bad = named("Broken");
    bad["redirect_uris"] = json!(["http://a.example/"]);
    let answer = server.register(&bad).await;
    answer.assert_error(400, "invalid_redirect_uri");
    let body = server.registered(&named("Good")).await;
    let mut update = named("Refused");
    update["client_id"] = body["client_id"].clone();
    let answer = server.manage("PUT", &body, Some(&update)).await;
    answer.assert_error(403, "access_denied");
    let kept = server.client_row(&body).await;
    assert_eq!(kept.client_name.as_deref(), Some("Good"));
}

/// Scripts of any origin may call these, and read the answers.
#[tokio::test(flavor = "multi_thread")]
async fn c180_browsers_of_every_origin_may_register_and_manage() {
    let server = TestServer::with(open()).await;
    for (path, method) in [
        ("/oauth/register", "POST"),
        ("/oauth/register/client_x", "GET"),
        ("/oauth/register/client_x", "PUT"),
        ("/oauth/register/client_x", "DELETE"),
    ] {
        let request = server
            .http
            .request(reqwest::Method::OPTIONS, server.url(path));
        let request = request
            .header("origin", "https://spa.example")
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            );
        let answer = server.send(request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(methods.contains(method), "{methods}");
    }
}
