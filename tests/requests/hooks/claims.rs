//! Claims and members that the app adds.

use serde_json::{Value, json};

use super::{with_client, with_client_and};
use crate::app::{
    browser::{Authorize, VERIFIER},
    fixtures::{self, CONF_CB},
    server::{Answer, TestServer},
    tokens::{R1, jwt_part, text},
};

fn jwt() -> Value {
    json!({ "resources": [{ "uri": R1, "token_format": "jwt" }] })
}

impl TestServer {
    /// A code of a hooked client for alice, redeemed.
    async fn redeemed(&self, client: &str, request: &Authorize) -> Answer {
        let code = self.browser().code(request).await;
        self.redeem_of(client, &code).await
    }

    async fn redeem_of(&self, client: &str, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CONF_CB),
            ("code_verifier", VERIFIER),
        ];
        self.as_client(client, "/oauth/token", &form).await
    }

    async fn refreshed(&self, client: &str, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.as_client(client, "/oauth/token", &form).await
    }
}

/// What the hook sets about the standards' own names never arrives.
#[track_caller]
fn assert_untouched(claims: &Value) {
    assert_eq!(claims["team"], "alice", "{claims}");
    for (name, value) in claims.as_object().unwrap() {
        assert_ne!(value, "mallory", "{name}");
        assert_ne!(value, 1, "{name}");
        assert!(!value.is_null(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_5_the_app_adds_claims_to_a_jwt_access_token() {
    let server = with_client_and("hooked", jwt()).await;
    let request = Authorize::of("hooked", CONF_CB)
        .and("resource", R1)
        .with("scope", "openid email read");
    let tokens = server.redeemed("hooked", &request).await.ok();
    let claims = jwt_part(text(&tokens, "access_token"), 1);
    // Not a name of RFC 9068, so the app may use it.
    assert_eq!(claims["email"], "mallory");
    let mut claims = claims;
    for name in [
        "email",
        "nonce",
        "azp",
        "at_hash",
        "access_token",
        "token_type",
        "refresh_token",
        "id_token",
        "error",
        "expires_in",
    ] {
        claims.as_object_mut().unwrap().remove(name);
    }
    assert_untouched(&claims);
    let audience = json!([R1, "https://as.example/oauth/userinfo"]);
    assert_eq!(
        claims["seen"],
        json!([["openid", "email", "read"], audience])
    );
    // The token is good for all that.
    let token = text(&tokens, "access_token");
    assert_eq!(server.userinfo(token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_5_opaque_tokens_have_no_claims() {
    let server = with_client("broken-access_token_claims").await;
    let request = Authorize::of("broken-access_token_claims", CONF_CB);
    let answer = server
        .redeemed("broken-access_token_claims", &request)
        .await;
    answer.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_1_s16_the_app_adds_claims_about_the_user() {
    let server = with_client("hooked").await;
    let request = Authorize::of("hooked", CONF_CB)
        .with("scope", "openid email read")
        .with("nonce", "N");
    let tokens = server.redeemed("hooked", &request).await.ok();
    let refreshed = server
        .refreshed("hooked", text(&tokens, "refresh_token"))
        .await
        .ok();
    let userinfo = server.userinfo(text(&refreshed, "access_token")).await.ok();
    let id_token = jwt_part(text(&tokens, "id_token"), 1);
    assert_eq!(id_token["nonce"], "N");
    let at_refresh = jwt_part(text(&refreshed, "id_token"), 1);
    assert_eq!(at_refresh.get("nonce"), None);
    for mut claims in [id_token, at_refresh, userinfo] {
        assert_eq!(claims["email"], fixtures::ALICE, "of the user model");
        assert_eq!(claims["seen"], json!(["openid", "email", "read"]));
        for name in [
            "client_id",
            "scope",
            "access_token",
            "token_type",
            "refresh_token",
            "id_token",
            "error",
            "expires_in",
        ] {
            claims.as_object_mut().unwrap().remove(name);
        }
        assert_untouched(&claims);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_5_the_app_adds_members_to_the_token_response() {
    let server = with_client("hooked").await;
    let request = Authorize::of("hooked", CONF_CB);
    let tokens = server.redeemed("hooked", &request).await.ok();
    assert_eq!(tokens["team"], "alice");
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "openid read");
    assert_eq!(tokens.get("error"), None);
    assert_eq!(tokens.get("nothing"), None, "no null member (GE-07)");
    for name in ["access_token", "refresh_token", "id_token"] {
        assert_ne!(tokens[name], "mallory", "{name}");
    }
    let token = text(&tokens, "refresh_token");
    let refreshed = server.refreshed("hooked", token).await;
    assert_eq!(refreshed.ok()["team"], "alice");
    let again = server.refreshed("hooked", token).await;
    assert_eq!(again.body, refreshed.body, "RF-02: the same bytes");
}

/// A machine has no user.
#[tokio::test(flavor = "multi_thread")]
async fn s11_5_hooks_know_machines() {
    let server = TestServer::with(jwt()).await;
    let machine = loco_oauth_server::internals::protocol::client::Client {
        grant_types: vec![
            loco_oauth_server::internals::protocol::client::GrantType::ClientCredentials,
        ],
        response_types: Vec::new(),
        scopes: Some(vec!["jobs".to_owned()]),
        ..fixtures::confidential("hooked", &[])
    };
    fixtures::insert(&server, &machine).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "jobs"),
        ("resource", R1),
    ];
    let tokens = server.as_client("hooked", "/oauth/token", &form).await.ok();
    assert_eq!(tokens["team"], "machines");
    let claims = jwt_part(text(&tokens, "access_token"), 1);
    assert_eq!(claims["team"], "machines");
    assert_eq!(claims["sub"], "hooked");
}

/// CC-03: hooks run before the transaction; the code and the token still work afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn cc_03_a_hook_that_fails_at_the_token_endpoint_spends_nothing() {
    for hook in [
        "access_token_claims",
        "id_token_claims",
        "token_response_fields",
    ] {
        let client = format!("broken-{hook}");
        let server = with_client_and(&client, jwt()).await;
        let request = Authorize::of(&client, CONF_CB).and("resource", R1);
        let code = server.browser().code(&request).await;
        let before = server.ledger().await;
        for _ in 0..2 {
            let answer = server.redeem_of(&client, &code).await;
            answer.assert_error(500, "server_error");
            assert!(!answer.body.contains("hook"), "{answer:?}");
        }
        assert_eq!(server.ledger().await, before, "{hook}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_at_userinfo_is_a_fault() {
    let server = with_client("broken-userinfo_claims").await;
    let request = Authorize::of("broken-userinfo_claims", CONF_CB);
    let tokens = server
        .redeemed("broken-userinfo_claims", &request)
        .await
        .ok();
    let answer = server.userinfo(text(&tokens, "access_token")).await;
    answer.assert_error(500, "server_error");
}
