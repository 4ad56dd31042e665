//! JWTs of this server at its endpoints (C217-C225). Forgery of single parts is tested beside the
//! verifier; here, that every endpoint asks it, and what we issue.

use serde_json::{Value, json};

use crate::app::{
    browser::Authorize,
    fixtures::CONF_CB,
    forgery::{copy, forgeries, resigned},
    server::TestServer,
    tokens::{R1, assert_verifies, jwt_part, redacted, snapshot, text},
};

fn settings() -> Value {
    json!({ "resources": [{ "uri": R1, "token_format": "jwt" }] })
}

/// C217-C222, C225 for access tokens: unknown ones everywhere; at `UserInfo` also such that the
/// table knows.
#[tokio::test(flavor = "multi_thread")]
async fn c217_to_c225_forged_access_tokens() {
    let (server, key) = TestServer::with_known_key(settings()).await;
    let tokens = server.tokens(&Authorize::base().and("resource", R1)).await;
    let access = text(&tokens, "access_token");
    assert_eq!(server.userinfo(access).await.status, 200);
    assert!(server.is_live(access).await);
    let before = server.everything().await;
    let forgeries = forgeries(&key, access);
    for (what, forged) in &forgeries {
        let answer = server.userinfo(forged).await;
        assert_eq!(answer.status, 401, "{what}");
        answer.assert_error(401, "invalid_token");
        let form = [("token", forged.as_str())];
        let described = server.as_client("conf", "/oauth/introspect", &form).await;
        let revoked = server.revoke(forged).await;
        if *what == "kid long" {
            // Longer than any parameter may be.
            described.assert_error(400, "invalid_request");
            revoked.assert_error(400, "invalid_request");
        } else {
            assert_eq!(described.ok(), json!({ "active": false }), "{what}");
            assert_eq!(revoked.status, 200, "{what}");
        }
    }
    assert_eq!(server.everything().await, before);
    assert!(server.is_live(access).await);
    for (what, forged) in &forgeries {
        server.pretend_issued(forged).await;
        let answer = server.userinfo(forged).await;
        assert_eq!(answer.status, 401, "{what}");
        answer.assert_error(401, "invalid_token");
    }
    for good in [access, &copy(&key, access)] {
        server.pretend_issued(good).await;
        assert_eq!(server.userinfo(good).await.status, 200);
    }
}

/// AZ-25: C217-C222, C225 for hints.
#[tokio::test(flavor = "multi_thread")]
async fn c217_to_c225_forged_hints() {
    let (server, key) = TestServer::with_known_key(settings()).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    let hint = text(&tokens, "id_token");
    let with = |hint: &str| Authorize::base().with("id_token_hint", hint);
    let before = server.everything().await;
    for (what, forged) in forgeries(&key, hint) {
        let answer = browser.authorize(&with(&forged)).await;
        if what == "kid long" {
            answer.assert_page(400);
        } else {
            answer.assert_back(CONF_CB, "invalid_request");
        }
    }
    assert_eq!(server.everything().await, before);
    for good in [hint, &copy(&key, hint)] {
        let answer = browser.authorize(&with(good)).await;
        assert!(answer.location_param("code").is_some(), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c219_tokens_of_another_purpose() {
    let (server, key) = TestServer::with_known_key(settings()).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base().and("resource", R1)).await;
    let tokens = server.redeem(&code).await.ok();
    let (id_token, access) = (text(&tokens, "id_token"), text(&tokens, "access_token"));
    let before = server.everything().await;
    // With the claims of the other purpose, too: the type alone decides.
    let retyped = |token: &str, typ: &str| {
        resigned(&key, token, |header, claims| {
            header["typ"] = json!(typ);
            claims["client_id"] = json!("conf");
        })
    };
    for token in [
        id_token,
        &retyped(access, "JWT"),
        &retyped(access, "logout+jwt"),
    ] {
        let answer = server.userinfo(token).await;
        answer.assert_error(401, "invalid_token");
        let described = server.introspect(token).await;
        assert_eq!(described, json!({ "active": false }));
    }
    for hint in [
        access,
        &retyped(id_token, "at+jwt"),
        &retyped(id_token, "logout+jwt"),
    ] {
        let hint = Authorize::base().with("id_token_hint", hint);
        let answer = browser.authorize(&hint).await;
        answer.assert_back(CONF_CB, "invalid_request");
    }
    assert_eq!(server.everything().await, before);
    for typ in ["JWT", "logout+jwt"] {
        let token = retyped(access, typ);
        server.pretend_issued(&token).await;
        let answer = server.userinfo(&token).await;
        answer.assert_error(401, "invalid_token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c223_enormous_tokens() {
    let server = TestServer::start().await;
    // As a form's value 8 MB are C251; a header of that size does not reach any endpoint.
    let started = std::time::Instant::now();
    let sent = server.http.get(server.url("/oauth/userinfo"));
    let sent = sent.bearer_auth("e".repeat(8 << 20)).send().await;
    assert!(sent.is_err() || sent.unwrap().status() == 431);
    assert!(
        started.elapsed().as_millis() < 2_000,
        "{:?}",
        started.elapsed()
    );
    // The longest that reaches an endpoint, in a header and in a form.
    let part = "e".repeat(9_000);
    let long = format!("{part}.{part}.{part}");
    server.database.recorder.take();
    server
        .userinfo(&long)
        .await
        .assert_error(401, "invalid_token");
    assert_eq!(server.database.recorder.take(), Vec::<String>::new());
    let before = server.everything().await;
    for length in [60_000, 300_000] {
        let request = server.http.get(server.url("/oauth/userinfo"));
        let answer = server.send(request.bearer_auth("e".repeat(length))).await;
        assert!((400..500).contains(&answer.status), "{length}: {answer:?}");
        let token = "e".repeat(length);
        for path in ["/oauth/revoke", "/oauth/introspect", "/oauth/userinfo"] {
            let name = match path {
                "/oauth/userinfo" => "access_token",
                _ => "token",
            };
            let form = [(name, token.as_str())];
            let answer = match path {
                "/oauth/userinfo" => server.post(path, &form).await,
                _ => server.as_client("conf", path, &form).await,
            };
            // A parameter is 8 KiB at most, a body 64 KiB.
            let status = if length < 64 * 1024 { 400 } else { 413 };
            assert_eq!(answer.status, status, "{path}, {length}: {answer:?}");
        }
    }
    assert_eq!(server.everything().await, before);
}

/// RFC 9068: header and claims, no data about the person.
#[tokio::test(flavor = "multi_thread")]
async fn c224_an_issued_jwt_access_token() {
    let server = TestServer::with(settings()).await;
    let request = Authorize::base()
        .with("scope", "openid profile email read")
        .and("resource", R1);
    let code = server.browser().code(&request).await;
    let body = server
        .redeem_with(&code, &[("resource", Some(R1))])
        .await
        .ok();
    let access = text(&body, "access_token");
    let (header, claims) = (jwt_part(access, 0), jwt_part(access, 1));
    let shown = json!({ "header": redacted(header.clone()), "claims": redacted(claims.clone()) });
    snapshot!(
        "jwt_access_token",
        serde_json::to_string_pretty(&shown).unwrap()
    );
    assert_eq!(claims["sub"], jwt_part(text(&body, "id_token"), 1)["sub"]);
    let keys = server.get("/oauth/jwks").await.ok();
    let key = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"]);
    assert_eq!(key.unwrap()["alg"], header["alg"]);
    assert_verifies(access, &keys, R1);
    let seconds = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(seconds, 3600);
    let live = server.introspect(access).await;
    assert_eq!((&live["jti"], &live["aud"]), (&claims["jti"], &json!(R1)));
    server.revoke(access).await;
    assert!(!server.is_live(access).await);
}

/// RFC 9068 §2.2: a machine is its own subject.
#[tokio::test(flavor = "multi_thread")]
async fn c224_a_machines_jwt() {
    let server = TestServer::with(settings()).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("resource", R1),
        ("scope", "jobs"),
    ];
    let body = server.as_client("m2m", "/oauth/token", &form).await.ok();
    let claims = jwt_part(text(&body, "access_token"), 1);
    assert_eq!(
        (&claims["sub"], &claims["client_id"]),
        (&json!("m2m"), &json!("m2m"))
    );
    assert!(claims.get("auth_time").is_none() && claims.get("sid").is_none());
}
