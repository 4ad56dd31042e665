//! GET, POST userinfo (C132-C137; UI-01 to UI-03, UI-05).

use rstest::rstest;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    server::TestServer,
    tokens::{R1, jwt_part, show, snapshot, text},
    users,
};

const PATH: &str = "/oauth/userinfo";

/// UI-01: another scheme is a client that does not know what is needed (RFC 6750 §3.1).
#[tokio::test(flavor = "multi_thread")]
async fn c132_without_a_token() {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let answer = server.get(PATH).await;
    snapshot!("userinfo_no_token", show(&answer));
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer ") && !challenge.contains("error"));
    let basic = server.http.get(server.url(PATH)).basic_auth("a", Some("b"));
    assert_eq!(show(&server.send(basic).await), show(&answer));
    assert_eq!(show(&server.post(PATH, &[]).await), show(&answer));
    assert_eq!(
        show(&server.send(server.http.post(server.url(PATH))).await),
        show(&answer)
    );
    assert_eq!(server.everything().await, before);
}

/// UI-02.
#[tokio::test(flavor = "multi_thread")]
async fn c133_tokens_that_are_not_live() {
    let server = TestServer::start().await;
    server.advance(0);
    let tokens = server.tokens(&Authorize::base()).await;
    let revoked = server.tokens(&Authorize::base()).await;
    server.revoke(text(&revoked, "access_token")).await;
    let dead = [
        text(&revoked, "access_token"),
        text(&tokens, "refresh_token"),
        text(&tokens, "id_token"),
        "loco_at_unknown",
    ];
    let before = server.everything().await;
    for token in dead {
        let answer = server.userinfo(token).await;
        answer.assert_error(401, "invalid_token");
        snapshot!("userinfo_invalid_token", show(&answer));
    }
    let access = text(&tokens, "access_token");
    assert_eq!(server.userinfo(access).await.status, 200);
    server.set_user(users::Column::Active, false).await;
    let answer = server.userinfo(access).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("userinfo_invalid_token", show(&answer));
    server.set_user(users::Column::Active, true).await;
    server.advance(3600);
    let answer = server.userinfo(access).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("userinfo_invalid_token", show(&answer));
    assert_eq!(server.everything().await, before);
}

/// UI-02: neither issuer nor UserInfo URL in the audience.
#[tokio::test(flavor = "multi_thread")]
async fn ui_02_a_token_for_another_audience() {
    let server = TestServer::start().await;
    let request = Authorize::base().and("resource", R1);
    let code = server.browser().code(&request).await;
    let body = server
        .redeem_with(&code, &[("resource", Some(R1))])
        .await
        .ok();
    let answer = server.userinfo(text(&body, "access_token")).await;
    answer.assert_error(401, "invalid_token");
    snapshot!("userinfo_invalid_token", show(&answer));
}

/// UI-03: also a machine token.
#[tokio::test(flavor = "multi_thread")]
async fn c134_tokens_without_openid() {
    let server = TestServer::start().await;
    let tokens = server
        .tokens(&Authorize::base().with("scope", "read"))
        .await;
    let before = server.everything().await;
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    answer.assert_error(403, "insufficient_scope");
    snapshot!("userinfo_insufficient_scope", show(&answer));
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .contains("scope=\"openid\"")
    );
    assert_eq!(server.everything().await, before);
    let form = [("grant_type", "client_credentials")];
    let machine = server.as_client("m2m", "/oauth/token", &form).await.ok();
    let answer = server.userinfo(text(&machine, "access_token")).await;
    answer.assert_error(403, "insufficient_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn c135_the_query_is_not_read() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let query = format!("{PATH}?access_token={}", text(&tokens, "access_token"));
    let before = server.everything().await;
    for answer in [server.get(&query).await, server.post(&query, &[]).await] {
        assert_eq!(answer.status, 401);
        assert!(!answer.header("www-authenticate").unwrap().contains("error"));
    }
    assert_eq!(server.everything().await, before);
}

/// UI-01.
#[tokio::test(flavor = "multi_thread")]
async fn c136_a_token_in_two_places() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let access = text(&tokens, "access_token");
    let before = server.everything().await;
    let post = || server.http.post(server.url(PATH));
    let both = post().bearer_auth(access).form(&[("access_token", access)]);
    let answer = server.send(both).await;
    answer.assert_error(400, "invalid_request");
    snapshot!("userinfo_two_tokens", show(&answer));
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("error=\"invalid_request\""),
        "{challenge}"
    );
    let headers = post().bearer_auth(access).bearer_auth(access);
    server
        .send(headers)
        .await
        .assert_error(400, "invalid_request");
    let twice = post().form(&[("access_token", access), ("access_token", access)]);
    server
        .send(twice)
        .await
        .assert_error(400, "invalid_request");
    assert_eq!(server.everything().await, before);
    let one = server.post(PATH, &[("access_token", access)]).await;
    assert_eq!(one.ok(), server.userinfo(access).await.ok());
}

#[rstest]
#[case("Bearer")]
#[case("Bearer ")]
#[case("Bearer a b")]
#[tokio::test(flavor = "multi_thread")]
async fn ui_01_malformed_headers(#[case] header: &str) {
    let server = TestServer::start().await;
    let request = server
        .http
        .get(server.url(PATH))
        .header("authorization", header);
    server
        .send(request)
        .await
        .assert_error(400, "invalid_request");
}

/// UI-05: only claims of granted scopes; GE-07: no null.
#[tokio::test(flavor = "multi_thread")]
async fn c137_claims_by_scope() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("scope", "openid profile email");
    let tokens = server.tokens(&request).await;
    let before = server.everything().await;
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    snapshot!("userinfo", show(&answer));
    let claims = answer.ok();
    assert_eq!(server.everything().await, before);
    assert_eq!(claims["sub"], jwt_part(text(&tokens, "id_token"), 1)["sub"]);
    let tokens = server
        .tokens(&Authorize::base().with("scope", "openid email"))
        .await;
    let claims = server.userinfo(text(&tokens, "access_token")).await.ok();
    assert_eq!(
        (claims.get("name"), claims.get("email")),
        (None, Some(&json!("alice@example.com")))
    );
    let tokens = server.tokens(&Authorize::base()).await;
    let claims = server.userinfo(text(&tokens, "access_token")).await.ok();
    assert_eq!(claims.as_object().unwrap().len(), 1);
    // A refresh that narrows the scope narrows the claims.
    let request = Authorize::base().with("scope", "openid profile email");
    let tokens = server.tokens(&request).await;
    let narrow = [("scope", "openid profile")];
    let body = server
        .refresh_with(text(&tokens, "refresh_token"), &narrow)
        .await
        .ok();
    let claims = server.userinfo(text(&body, "access_token")).await.ok();
    assert_eq!(claims.get("email"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_01_other_methods() {
    let server = TestServer::start().await;
    for method in [reqwest::Method::HEAD, reqwest::Method::DELETE] {
        let answer = server
            .send(server.http.request(method, server.url(PATH)))
            .await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("GET, POST"))
        );
    }
}
