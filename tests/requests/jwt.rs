//! JWTs of this server at its endpoints (C217-C225). Forgery of single parts is tested beside the
//! verifier; here, that every endpoint asks it, and what we issue.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::app::{
    browser::Authorize,
    fixtures::CONF_CB,
    server::TestServer,
    tokens::{R1, jwt_part, redacted, snapshot, text},
};

fn settings() -> Value {
    json!({ "resources": [{ "uri": R1, "token_format": "jwt" }] })
}

/// The token with other parts: header, claims, signature.
pub fn rebuilt(token: &str, change: impl Fn(&mut Value, &mut Value, &mut Vec<u8>)) -> String {
    let (mut header, mut claims) = (jwt_part(token, 0), jwt_part(token, 1));
    let signature = token.rsplit('.').next().unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    change(&mut header, &mut claims, &mut signature);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signature = URL_SAFE_NO_PAD.encode(signature);
    format!("{}.{}.{signature}", part(&header), part(&claims))
}

/// Forgeries of an issued token.
pub fn forgeries(token: &str) -> Vec<String> {
    let change = |change: &dyn Fn(&mut Value, &mut Value, &mut Vec<u8>)| rebuilt(token, change);
    let kid = |kid: Value| rebuilt(token, |header, _, _| header["kid"] = kid.clone());
    vec![
        change(&|header, _, signature| {
            header["alg"] = json!("none");
            signature.clear();
        }),
        change(&|header, _, _| header["alg"] = json!("HS256")),
        change(&|header, _, _| header["crit"] = json!(["exp"])),
        change(&|_, claims, _| claims["exp"] = json!("9999999999")),
        change(&|_, claims, _| claims["sub"] = json!("somebody")),
        change(&|_, _, signature| signature.clear()),
        change(&|_, _, signature| signature.push(0)),
        change(&|_, _, signature| signature[0] ^= 1),
        kid(json!("unknown")),
        kid(json!("../../../../etc/passwd")),
        kid(json!("' OR 1=1 --")),
        kid(json!("k".repeat(5_000))),
        kid(json!(1)),
        format!("{token}A"),
        format!("{}.", token.rsplit_once('.').unwrap().0),
    ]
}

/// C217-C222, C225 for access tokens.
#[tokio::test(flavor = "multi_thread")]
async fn c217_to_c225_forged_access_tokens() {
    let server = TestServer::with(settings()).await;
    let tokens = server.tokens(&Authorize::base().and("resource", R1)).await;
    let access = text(&tokens, "access_token");
    assert_eq!(server.userinfo(access).await.status, 200);
    assert!(server.is_live(access).await);
    let before = server.ledger().await;
    for forged in forgeries(access) {
        server
            .userinfo(&forged)
            .await
            .assert_error(401, "invalid_token");
        assert_eq!(server.introspect(&forged).await, json!({ "active": false }));
        assert_eq!(server.revoke(&forged).await.status, 200);
    }
    assert_eq!(server.ledger().await, before);
    assert!(server.is_live(access).await);
}

/// AZ-25: C217-C221, C225 for hints.
#[tokio::test(flavor = "multi_thread")]
async fn c217_to_c225_forged_hints() {
    let server = TestServer::with(settings()).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    let hint = text(&tokens, "id_token");
    let with = |hint: &str| Authorize::base().with("id_token_hint", hint);
    assert!(
        browser
            .authorize(&with(hint))
            .await
            .location_param("code")
            .is_some()
    );
    for forged in forgeries(hint) {
        let answer = browser.authorize(&with(&forged)).await;
        answer.assert_back(CONF_CB, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c219_tokens_of_another_purpose() {
    let server = TestServer::with(settings()).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base().and("resource", R1)).await;
    let tokens = server.redeem(&code).await.ok();
    let id_token = text(&tokens, "id_token");
    server
        .userinfo(id_token)
        .await
        .assert_error(401, "invalid_token");
    assert_eq!(
        server.introspect(id_token).await,
        json!({ "active": false })
    );
    let hint = Authorize::base().with("id_token_hint", text(&tokens, "access_token"));
    browser
        .authorize(&hint)
        .await
        .assert_back(CONF_CB, "invalid_request");
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
    let in_limits = "e".repeat(9_000);
    server
        .userinfo(&in_limits)
        .await
        .assert_error(401, "invalid_token");
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
