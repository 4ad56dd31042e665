//! POST token, `grant_type=authorization_code` (C084-C094, C097; TK-09 to TK-18).

use loco_oauth_server::internals::protocol::client::Client;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures::{self, CONF_CB},
    server::TestServer,
    tokens::{R1, R2, jwt_part, redacted, redemption, show, snapshot, text},
    users,
};

/// TK-10.
#[tokio::test(flavor = "multi_thread")]
async fn c084_a_code_of_another_client_stays_usable() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let before = server.ledger().await;
    let form = redemption(&code, &[]);
    let answer = server.as_client("other", "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(server.ledger().await, before);
    server.redeem(&code).await.ok();
}

/// TK-09, TK-11, TK-12: the code is not consumed by a request that is refused.
#[rstest]
#[case::tk_09_no_code(&[("code", None)], "invalid_request")]
#[case::tk_09_unknown(&[("code", Some("loco_ac_x"))], "invalid_grant")]
#[case::c085_other_uri(&[("redirect_uri", Some("https://app.example/cb/"))], "invalid_grant")]
#[case::c087_other_verifier(&[("code_verifier", Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"))], "invalid_grant")]
#[case::c088_no_verifier(&[("code_verifier", None)], "invalid_grant")]
#[case::c089_short(&[("code_verifier", Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX"))], "invalid_grant")]
#[case::c089_long(&[("code_verifier", Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))], "invalid_grant")]
#[case::c089_sign(&[("code_verifier", Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX="))], "invalid_grant")]
#[tokio::test(flavor = "multi_thread")]
async fn c085_c087_c088_c089_a_refusal_leaves_the_code(
    #[case] changes: &[(&str, Option<&str>)],
    #[case] error: &str,
) {
    let server = TestServer::start().await;
    let code = server.code().await;
    let before = server.ledger().await;
    let answer = server.redeem_with(&code, changes).await;
    answer.assert_error(400, error);
    assert_eq!(server.ledger().await, before);
    server.redeem(&code).await.ok();
}

/// TK-16; GE-01: expired means `expires_at <= now`.
#[tokio::test(flavor = "multi_thread")]
async fn c086_a_code_lives_60_seconds() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    let used = browser.code(&Authorize::base()).await;
    server.advance(59);
    server.redeem(&used).await.ok();
    let code = browser.code(&Authorize::base()).await;
    server.advance(60);
    let answer = server.redeem(&code).await;
    answer.assert_error(400, "invalid_grant");
    snapshot!("token_invalid_grant", show(&answer));
    // A clock that goes back does not help a code that was used.
    server.advance(-120);
    let answer = server.redeem(&used).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(server.access_tokens().await.len(), 1);
}

/// TK-15, CC-05: the verdict is committed.
#[tokio::test(flavor = "multi_thread")]
async fn c090_a_replayed_code_revokes_its_tokens() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let tokens = server.redeem(&code).await.ok();
    assert!(server.is_live(text(&tokens, "access_token")).await);
    // A thief without the verifier cannot end the rightful client's tokens.
    let thief = server.redeem_with(&code, &[("code_verifier", None)]).await;
    thief.assert_error(400, "invalid_grant");
    assert!(server.is_live(text(&tokens, "access_token")).await);
    server
        .redeem(&code)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(server.revocations().await, [Some("code_replay".to_owned())]);
    let dead = server.introspect(text(&tokens, "access_token")).await;
    assert_eq!(dead, json!({ "active": false }));
    let refresh = text(&tokens, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn c091_scope_at_the_exchange_is_ignored() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let scope = [("scope", Some("openid read write admin"))];
    let body = server.redeem_with(&code, &scope).await.ok();
    assert_eq!(body["scope"], "openid read");
    let live = server.introspect(text(&body, "access_token")).await;
    assert_eq!(live["scope"], "openid read");
    assert_eq!(server.grants().await[0].scopes, json!(["openid", "read"]));
    let refreshed = server.refresh(text(&body, "refresh_token")).await.ok();
    assert_eq!(refreshed["scope"], "openid read");
}

/// TK-17, TK-24; GE-05: the audience has the configured spelling.
#[tokio::test(flavor = "multi_thread")]
async fn c092_a_token_for_one_of_two_resources() {
    let server = TestServer::start().await;
    let request = Authorize::base().and("resource", R1).and("resource", R2);
    let code = server.browser().code(&request).await;
    let body = server.redeem_with(&code, &[("resource", Some("HTTPS://MCP.example/mcp/"))]);
    let body = body.await.ok();
    let live = server.introspect(text(&body, "access_token")).await;
    assert_eq!(live["aud"], R1);
    assert_eq!(
        server.userinfo(text(&body, "access_token")).await.status,
        401
    );
    assert_eq!(server.grants().await[0].resources, json!([R1, R2]));
    let refresh = text(&body, "refresh_token");
    let body = server.refresh(refresh).await.ok();
    let live = server.introspect(text(&body, "access_token")).await;
    let userinfo = "https://as.example/oauth/userinfo";
    assert_eq!(live["aud"], json!([R1, R2, userinfo]));
    let refresh = text(&body, "refresh_token");
    let body = server
        .refresh_with(refresh, &[("resource", userinfo)])
        .await
        .ok();
    let access = text(&body, "access_token");
    assert_eq!(server.introspect(access).await["aud"], userinfo);
    assert_eq!(server.userinfo(access).await.status, 200);
}

/// TK-17.
#[rstest]
#[case::other(&[("resource", R1)], R2)]
#[case::none_bound(&[], R1)]
#[case::fragment(&[("resource", R1)], "https://mcp.example/mcp#f")]
#[tokio::test(flavor = "multi_thread")]
async fn c093_a_resource_outside_the_grant(#[case] bound: &[(&str, &str)], #[case] asked: &str) {
    let server = TestServer::start().await;
    let request = bound
        .iter()
        .fold(Authorize::base(), |request, (name, value)| {
            request.and(name, value)
        });
    let code = server.browser().code(&request).await;
    let answer = server
        .redeem_with(&code, &[("resource", Some(asked))])
        .await;
    answer.assert_error(400, "invalid_target");
    assert!(server.access_tokens().await.is_empty());
    server.redeem(&code).await.ok();
}

/// TK-16.
#[tokio::test(flavor = "multi_thread")]
async fn c094_a_user_who_was_disabled_or_deleted() {
    let server = TestServer::start().await;
    let code = server.code().await;
    server.set_user(users::Column::Active, false).await;
    server
        .redeem(&code)
        .await
        .assert_error(400, "invalid_grant");
    assert!(server.access_tokens().await.is_empty());
    server.set_user(users::Column::Active, true).await;
    users::Entity::delete_many()
        .exec(&server.ctx.db)
        .await
        .unwrap();
    server
        .redeem(&code)
        .await
        .assert_error(400, "invalid_grant");
    assert!(server.grants().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn c097_claims_of_the_id_token() {
    let server = TestServer::start().await;
    server.advance(0);
    let request = Authorize::base()
        .with("nonce", "n-0S6_WzA2Mj")
        .with("scope", "openid email read");
    let code = server.browser().code(&request).await;
    server.advance(20);
    let body = server.redeem(&code).await.ok();
    let id_token = text(&body, "id_token");
    let claims = jwt_part(id_token, 1);
    let header = redacted(jwt_part(id_token, 0));
    let shown = json!({ "header": header, "claims": redacted(claims.clone()) });
    snapshot!("id_token", serde_json::to_string_pretty(&shown).unwrap());
    let now = server.now();
    assert_eq!(claims["auth_time"], now - 20);
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(now), &json!(now + 3600))
    );
    let at_hash = loco_oauth_server::internals::protocol::id_token::at_hash(
        text(&body, "access_token"),
        loco_oauth_server::internals::protocol::jwk::SigningAlg::RS256,
    );
    assert_eq!(claims["at_hash"], at_hash.as_str());
    // SU-01: the app's subject.
    let alice = users::Entity::find()
        .one(&server.ctx.db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claims["sub"], alice.pid.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_1_without_nonce_session_or_scope_claims_there_are_none() {
    let settings = json!({ "enable_end_session": false, "id_token_scope_claims": false });
    let server = TestServer::with(settings).await;
    let request = Authorize::base().with("scope", "openid email");
    let body = server.tokens(&request).await;
    let claims = jwt_part(text(&body, "id_token"), 1);
    for name in ["nonce", "sid", "email", "azp"] {
        assert!(claims.get(name).is_none(), "{claims}");
    }
    let request = Authorize::base().with("scope", "read");
    let body = server.tokens(&request).await;
    assert!(body.get("id_token").is_none());
}

/// TK-13 (RFC 9700 §4.8.2), TK-11 (RFC 6749 §4.1.3).
#[tokio::test(flavor = "multi_thread")]
async fn tk_11_tk_13_a_request_without_challenge() {
    let server = TestServer::start().await;
    let lax = Client {
        require_pkce: false,
        ..fixtures::confidential("lax", &[CONF_CB])
    };
    fixtures::insert(&server, &lax).await;
    let mut browser = server.browser();
    let explicit = Authorize::of("lax", CONF_CB)
        .without("code_challenge")
        .without("code_challenge_method")
        .with("nonce", "n");
    let code = browser.code(&explicit).await;
    let redeem = async |changes: &[(&str, Option<&str>)]| {
        let form: Vec<(&str, &str)> = redemption(&code, changes);
        server.as_client("lax", "/oauth/token", &form).await
    };
    redeem(&[]).await.assert_error(400, "invalid_grant");
    let bare = [("code_verifier", None), ("redirect_uri", None)];
    redeem(&bare).await.assert_error(400, "invalid_request");
    redeem(&[("code_verifier", None)]).await.ok();
    // With a challenge the redirect URI may be left out (OAuth 2.1 §10.2).
    let code = server.code().await;
    server
        .redeem_with(&code, &[("redirect_uri", None)])
        .await
        .ok();
}

/// SU-03: the same pairwise subject in id token, userinfo and introspection, another per sector.
#[tokio::test(flavor = "multi_thread")]
async fn su_03_pairwise_subjects() {
    use loco_oauth_server::internals::protocol::client::SubjectType;
    let settings = json!({ "pairwise_secret": "a pairwise secret of 32 characters" });
    let server = TestServer::with(settings).await;
    let mut subjects = Vec::new();
    for (id, sector) in [
        ("one", "app.example"),
        ("two", "app.example"),
        ("three", "b.example"),
    ] {
        let pairwise = Client {
            subject_type: SubjectType::Pairwise,
            sector: Some(sector.to_owned()),
            ..fixtures::confidential(id, &[CONF_CB])
        };
        fixtures::insert(&server, &pairwise).await;
        let code = server.browser().code(&Authorize::of(id, CONF_CB)).await;
        let body = server
            .as_client(id, "/oauth/token", &redemption(&code, &[]))
            .await
            .ok();
        let access = text(&body, "access_token");
        let sub = jwt_part(text(&body, "id_token"), 1)["sub"].clone();
        assert_eq!(server.userinfo(access).await.ok()["sub"], sub);
        let form = [("token", access)];
        let live = server.as_client(id, "/oauth/introspect", &form).await.ok();
        assert_eq!(live["sub"], sub);
        subjects.push(sub);
    }
    assert_eq!(subjects[0], subjects[1]);
    assert_ne!(subjects[0], subjects[2]);
    let alice = users::Entity::find()
        .one(&server.ctx.db)
        .await
        .unwrap()
        .unwrap();
    assert!(!subjects.contains(&json!(alice.pid.to_string())));
}

/// ID-04: the smallest of the server's, the resource's and the scope's life.
#[tokio::test(flavor = "multi_thread")]
async fn id_04_life_of_an_access_token() {
    let settings = json!({
        "scope_expirations": { "write": 300, "read": 500 },
        "resources": [{ "uri": R1, "access_token_ttl_seconds": 700 }, { "uri": R2 }],
    });
    let server = TestServer::with(settings).await;
    for (scope, resource, expected) in [
        ("openid", None, 3600),
        ("openid", Some(R2), 3600),
        ("openid", Some(R1), 700),
        ("openid read", Some(R1), 500),
        ("openid read write", Some(R1), 300),
    ] {
        let request = Authorize::base().with("scope", scope);
        let request = match resource {
            Some(uri) => request.and("resource", uri),
            None => request,
        };
        let body = server.tokens(&request).await;
        assert_eq!(body["expires_in"], expected, "{scope} {resource:?}");
    }
}
