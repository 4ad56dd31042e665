//! Signed answers of `UserInfo` (UI-05; OpenID Connect Core §5.3.2).

use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures::CONF_CB,
    oauth_server::oauth_clients,
    registration::open,
    server::{ISSUER, TestServer},
    tokens::{assert_verifies, jwt_part, redemption, text},
};

/// As `oidcc-userinfo-rs256` of the certification suite asks, for every algorithm that is offered.
#[tokio::test(flavor = "multi_thread")]
async fn ui_05_a_signed_answer() {
    let server = TestServer::with(open()).await;
    let document = server.get("/.well-known/openid-configuration").await.ok();
    let offered = &document["userinfo_signing_alg_values_supported"];
    assert_eq!(*offered, document["id_token_signing_alg_values_supported"]);
    let keys = server.get("/oauth/jwks").await.ok();
    for alg in offered.as_array().unwrap() {
        let metadata = json!({
            "redirect_uris": [CONF_CB],
            "token_endpoint_auth_method": "none",
            "userinfo_signed_response_alg": alg,
        });
        let client = server.registered(&metadata).await;
        assert_eq!(client["userinfo_signed_response_alg"], *alg);
        let id = text(&client, "client_id");
        let request = Authorize::of(id, CONF_CB).with("scope", "openid email");
        let code = server.browser().code(&request).await;
        let form = redemption(&code, &[("client_id", Some(id))]);
        let tokens = server.post("/oauth/token", &form).await.ok();
        let answer = server.userinfo(text(&tokens, "access_token")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/jwt"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_verifies(&answer.body, &keys, id);
        let header = jwt_part(&answer.body, 0);
        assert_eq!(
            (&header["alg"], &header["typ"]),
            (alg, &json!("userinfo+jwt"))
        );
        let sub = &jwt_part(text(&tokens, "id_token"), 1)["sub"];
        let expected = json!({
            "iss": ISSUER, "aud": id, "sub": sub,
            "email": "alice@example.com", "email_verified": false,
        });
        assert_eq!(jwt_part(&answer.body, 1), expected);
        // It is no proof of a login (RFC 8725 §3.11).
        let hinted = request
            .with("id_token_hint", &answer.body)
            .with("prompt", "none");
        let answer = server.browser().get(&hinted.path()).await;
        answer.assert_back(CONF_CB, "invalid_request");
    }
}

/// Refusals stay JSON, and a client that asks for nothing gets JSON.
#[tokio::test(flavor = "multi_thread")]
async fn ui_05_refusals_are_not_signed() {
    let server = TestServer::start().await;
    let alg = oauth_clients::Column::UserinfoSignedResponseAlg;
    server.set_client("conf", alg, "RS256").await;
    server
        .userinfo("unknown")
        .await
        .assert_error(401, "invalid_token");
    let tokens = server.tokens(&Authorize::base()).await;
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    assert_eq!(answer.header("content-type"), Some("application/jwt"));
    server.set_client("conf", alg, None::<String>).await;
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    assert_eq!(answer.ok().as_object().unwrap().len(), 1);
}

/// RG-07: only algorithms that are offered, never `none`.
#[tokio::test(flavor = "multi_thread")]
async fn c177_algorithms_of_signed_answers() {
    let server = TestServer::with(open()).await;
    for alg in [json!("none"), json!("HS256"), json!("RS1"), json!(7)] {
        let metadata = json!({ "redirect_uris": [CONF_CB], "userinfo_signed_response_alg": alg });
        let answer = server.register(&metadata).await;
        answer.assert_error(400, "invalid_client_metadata");
        assert!(
            answer.body.contains("userinfo_signed_response_alg"),
            "{answer:?}"
        );
    }
    let none = json!({ "redirect_uris": [CONF_CB], "userinfo_signed_response_alg": null });
    let client = server.registered(&none).await;
    assert_eq!(client.get("userinfo_signed_response_alg"), None);
}
