//! An access token for another (TX-01 to TX-04).

use loco_oauth_server::internals::protocol::client::{AuthMethod, Client};
use rstest::rstest;
use serde_json::json;

use super::{ACCESS_TOKEN, BILLING, EXCHANGE, exchanger, start};
use crate::app::{
    fixtures,
    guarded::{API, MCP},
    server::TestServer,
    tokens::{jwt_part, show, snapshot, text},
};

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

#[tokio::test(flavor = "multi_thread")]
async fn tx_a_gateway_gets_a_token_for_the_api_behind_it() {
    let server = start(&json!({})).await;
    let subject = server.agent_token("mcp:read notes:read", MCP).await;
    server.advance(600);
    let answer = server
        .exchange("gateway", &subject, &[("resource", API)])
        .await;
    snapshot!("token_exchange", show(&answer));
    let answer = answer.ok();
    let access = text(&answer, "access_token");
    assert!(answer.get("refresh_token").is_none() && answer.get("id_token").is_none());
    assert_eq!(
        answer["expires_in"], 3000,
        "no longer than the subject token"
    );

    let (claims, before) = (
        jwt_part(access, 1),
        server.introspect_at("gateway", &subject).await,
    );
    assert_eq!(claims["aud"], API);
    assert_eq!(claims["client_id"], "gateway");
    assert_eq!(claims["scope"], "notes:read");
    assert_eq!(claims["act"], json!({ "sub": "gateway" }));
    assert_eq!(
        (&claims["sub"], &claims["exp"]),
        (&before["sub"], &before["exp"])
    );
    assert_eq!(claims["auth_time"], before["auth_time"]);
    assert!(before.get("act").is_none());

    let shown = server.call("/api/notes", access).await.ok();
    assert_eq!(shown["act"], json!({ "sub": "gateway" }));
    assert_eq!(
        (&shown["sub"], &shown["client_id"]),
        (&claims["sub"], &json!("gateway"))
    );
    let introspected = server.introspect_at("gateway", access).await;
    assert_eq!(introspected["act"], json!({ "sub": "gateway" }));
    // The subject token is still good where it was, and the new one is not.
    server.call("/mcp", &subject).await.ok();
    assert_eq!(server.call("/mcp", access).await.status, 401);
    let shown = server.call("/mcp", &subject).await.ok();
    assert!(shown["act"].is_null());
}

/// TX-03: `audience` is another word for the resource, both may be sent several times, and without any the only
/// target is meant.
#[rstest]
#[case::none(&[])]
#[case::audience(&[("audience", API)])]
#[case::twice(&[("audience", API), ("resource", API), ("audience", "https://AS.example/api/")])]
#[case::types(&[("subject_token_type", ACCESS_TOKEN), ("requested_token_type", ACCESS_TOKEN)])]
#[case::unknown_parameter(&[("foo", "bar")])]
#[tokio::test(flavor = "multi_thread")]
async fn tx_03_targets(#[case] changes: &[(&str, &str)]) {
    let server = start(&json!({})).await;
    let subject = server.agent_token("notes:read notes:write", MCP).await;
    let answer = server.exchange("gateway", &subject, changes).await.ok();
    assert_eq!(answer["scope"], "notes:read notes:write");
    assert_eq!(answer["issued_token_type"], ACCESS_TOKEN);
    assert_eq!(jwt_part(text(&answer, "access_token"), 1)["aud"], API);
}

#[rstest]
#[case::outside_the_rules(&[("audience", BILLING)], "invalid_target")]
#[case::one_of_two(&[("audience", API), ("audience", BILLING)], "invalid_target")]
#[case::the_resource_itself(&[("resource", MCP)], "invalid_target")]
#[case::unknown(&[("resource", "https://unknown.example")], "invalid_target")]
#[case::no_uri(&[("audience", "api")], "invalid_target")]
#[case::more_scope(&[("scope", "notes:read notes:write")], "invalid_scope")]
#[case::scope_of_the_subject_alone(&[("scope", "mcp:read")], "invalid_scope")]
#[case::undefined_scope(&[("scope", "admin:all")], "invalid_scope")]
#[case::openid(&[("scope", "openid")], "invalid_scope")]
#[case::scope_syntax(&[("scope", "notes:read\"")], "invalid_scope")]
#[case::scope_twice(&[("scope", "notes:read"), ("scope", "notes:read")], "invalid_request")]
#[case::brackets(&[("audience[]", API)], "invalid_request")]
#[case::no_subject(&[("subject_token", "")], "invalid_request")]
#[case::no_subject_type(&[("subject_token_type", "")], "invalid_request")]
#[case::opaque_as_jwt(&[("subject_token_type", JWT)], "invalid_request")]
#[case::refresh_token_type(&[("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token")], "invalid_request")]
#[case::id_token_type(&[("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")], "invalid_request")]
#[case::wanted_refresh_token(&[("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")], "invalid_request")]
#[case::wanted_saml(&[("requested_token_type", "urn:ietf:params:oauth:token-type:saml2")], "invalid_request")]
#[tokio::test(flavor = "multi_thread")]
async fn tx_refused_requests_store_nothing(#[case] changes: &[(&str, &str)], #[case] error: &str) {
    let server = start(&json!({})).await;
    let subject = server.agent_token("mcp:read notes:read", MCP).await;
    let before = server.ledger().await;
    let answer = server.exchange("gateway", &subject, changes).await;
    answer.assert_error(400, error);
    assert_eq!(server.ledger().await, before);
}

/// TX-02: subject tokens that are not live, not the caller's, not a person's, or no access tokens.
#[tokio::test(flavor = "multi_thread")]
async fn tx_02_subject_tokens() {
    let server = start(&json!({})).await;
    let tokens = server.agent_tokens("openid mcp:read notes:read", MCP).await;
    let subject = text(&tokens, "access_token").to_owned();
    let machine = server.robot_token("notes:read", MCP).await;
    let for_api = server.agent_token("notes:read", API).await;
    let before = server.access_tokens().await.len();
    for (what, token) in [
        ("unknown", "loco_at_unknown"),
        ("no token", "x"),
        ("a machine's", machine.as_str()),
        // Of another client, for a resource that does not list the gateway.
        ("a foreign one", for_api.as_str()),
        ("a refresh token", text(&tokens, "refresh_token")),
        ("an id token", text(&tokens, "id_token")),
    ] {
        let answer = server
            .exchange("gateway", token, &[("resource", API)])
            .await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        answer.assert_error(400, "invalid_request");
    }
    // Unknown and foreign ones are told alike.
    let text_of = |answer: &crate::app::server::Answer| answer.json()["error_description"].clone();
    let unknown = server.exchange("gateway", "loco_at_unknown", &[]).await;
    let foreign = server.exchange("gateway", &for_api, &[]).await;
    assert_eq!(text_of(&unknown), text_of(&foreign));

    server.exchange("gateway", &subject, &[]).await.ok();
    assert_eq!(server.access_tokens().await.len(), before + 1);
    server.advance(3600);
    let expired = server.exchange("gateway", &subject, &[]).await;
    expired.assert_error(400, "invalid_request");
    assert_eq!(server.access_tokens().await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tx_02_a_jwt_may_be_called_so_and_its_own_client_may_exchange_it() {
    let rules = json!({ "rules": [{
        "client": "gateway", "from_resource": "/api", "to_resource": "/api", "scopes": ["notes:read"],
    }, {
        "client": "gateway", "from_resource": "/mcp", "to_resource": "/api",
        "scopes": ["notes:read", "notes:write"],
    }] });
    let server = start(&json!({ "token_exchange": rules })).await;
    let subject = server.agent_token("notes:read notes:write", MCP).await;
    let first = server
        .exchange("gateway", &subject, &[("resource", API)])
        .await
        .ok();
    let first = text(&first, "access_token");
    // Less of it, at the same resource.
    let less = [("subject_token_type", JWT), ("resource", API)];
    let second = server.exchange("gateway", first, &less).await.ok();
    assert_eq!(second["scope"], "notes:read");
    let claims = jwt_part(text(&second, "access_token"), 1);
    assert_eq!(
        claims["act"],
        json!({ "sub": "gateway", "act": { "sub": "gateway" } })
    );
}

/// CC-07: a new token dies with the grant of the subject token, and nothing comes of a revoked one.
#[tokio::test(flavor = "multi_thread")]
async fn tx_the_new_token_dies_with_the_grant() {
    let server = start(&json!({})).await;
    let tokens = server.agent_tokens("mcp:read notes:read", MCP).await;
    let subject = text(&tokens, "access_token");
    let access = server.exchange("gateway", subject, &[]).await.ok();
    let access = text(&access, "access_token");
    let chained = server.exchange("second", access, &[]).await.ok();
    let chained = text(&chained, "access_token");
    server.call("/api/notes", access).await.ok();
    assert_eq!(
        server.introspect_at("second", chained).await["active"],
        true
    );
    let form = [
        ("token", text(&tokens, "refresh_token")),
        ("client_id", "agent"),
    ];
    assert_eq!(server.post("/oauth/revoke", &form).await.status, 200);
    assert_eq!(server.call("/api/notes", access).await.status, 401);
    assert_eq!(
        server.introspect_at("second", chained).await,
        json!({ "active": false })
    );
    for (client, token) in [("gateway", subject), ("second", access)] {
        let answer = server.exchange(client, token, &[]).await;
        answer.assert_error(400, "invalid_request");
    }
}

/// The client of an exchanged token can revoke it, and nothing else goes with it.
#[tokio::test(flavor = "multi_thread")]
async fn tx_an_exchanged_token_is_revoked_alone() {
    let server = start(&json!({})).await;
    let subject = server.agent_token("notes:read", MCP).await;
    let access = server.exchange("gateway", &subject, &[]).await.ok();
    let access = text(&access, "access_token");
    let form = [("token", access)];
    let answer = server.as_client("gateway", "/oauth/revoke", &form).await;
    assert_eq!(answer.status, 200);
    assert_eq!(server.call("/api/notes", access).await.status, 401);
    server.call("/mcp", &subject).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn tx_01_clients() {
    let server = start(&json!({})).await;
    let public = Client {
        token_endpoint_auth_method: AuthMethod::None,
        secrets: Vec::new(),
        ..exchanger("public")
    };
    fixtures::insert(&server, &public).await;
    let subject = server.agent_token("notes:read", MCP).await;
    let form = [
        ("grant_type", EXCHANGE),
        ("client_id", "public"),
        ("subject_token", subject.as_str()),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    server
        .post("/oauth/token", &form)
        .await
        .assert_error(400, "unauthorized_client");
    let without = server.exchange("robot", &subject, &[]).await;
    without.assert_error(400, "unauthorized_client");
    let wrong = server.post_as(
        crate::app::server::Basic::of("gateway", "wrong"),
        "/oauth/token",
        &form[..1],
    );
    wrong.await.assert_error(401, "invalid_client");
    // The rule is for another client.
    let other = server.exchange("second", &subject, &[]).await;
    other.assert_error(400, "invalid_request");
}

/// ID-04: a setting bounds the life of new tokens, and so does the resource.
#[tokio::test(flavor = "multi_thread")]
async fn tx_the_life_of_new_tokens() {
    let rules = super::settings(&json!({}))["token_exchange"]["rules"].clone();
    let exchange = json!({ "max_ttl_seconds": 120, "rules": rules });
    let server = start(&json!({ "token_exchange": exchange })).await;
    let subject = server.agent_token("notes:read", MCP).await;
    let answer = server.exchange("gateway", &subject, &[]).await.ok();
    assert_eq!(answer["expires_in"], 120);
    server.advance(3599);
    let answer = server.exchange("gateway", &subject, &[]).await.ok();
    assert_eq!(answer["expires_in"], 1);
}

/// The app's word about what a person may give to a client counts for exchanges, too.
#[tokio::test(flavor = "multi_thread")]
async fn tx_04_the_hook_authorize_scopes() {
    let rule = |client: &str| {
        json!({
            "client": client, "from_resource": "/mcp", "to_resource": "/api",
            "scopes": ["notes:read", "write"],
        })
    };
    let mut settings = super::settings(&json!({
        "token_exchange": { "rules": [rule("narrow"), rule("nothing")] },
    }));
    settings["resources"][0]["introspection_clients"] = json!(["narrow", "nothing"]);
    for place in [0, 1] {
        settings["resources"][place]["scopes"]
            .as_array_mut()
            .unwrap()
            .push(json!("write"));
    }
    let server = TestServer::guarded_with(settings).await;
    for id in ["narrow", "nothing"] {
        fixtures::insert(&server, &exchanger(id)).await;
    }
    server
        .set_client(
            "agent",
            crate::app::oauth_server::oauth_clients::Column::Scopes,
            json!(["notes:read", "write"]),
        )
        .await;
    let subject = server.agent_token("notes:read write", MCP).await;
    let answer = server.exchange("narrow", &subject, &[]).await.ok();
    assert_eq!(answer["scope"], "notes:read");
    let answer = server.exchange("nothing", &subject, &[]).await;
    answer.assert_error(400, "invalid_scope");
}

impl TestServer {
    /// What a client learns about a token.
    pub async fn introspect_at(&self, client: &str, token: &str) -> serde_json::Value {
        let form = [("token", token)];
        self.as_client(client, "/oauth/introspect", &form)
            .await
            .ok()
    }
}
