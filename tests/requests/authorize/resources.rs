//! The resource of a request that names none (AZ-23).

use loco_oauth_server::internals::protocol::client::{Client, GrantType};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, VERIFIER},
    fixtures::{self, CONF_CB},
    guarded::{AGENT_CB, API, MCP},
    oauth_server::oauth_clients,
    server::{Answer, ISSUER, TestServer},
    tokens::{R1, R2, text},
};

const USERINFO: &str = "https://as.example/oauth/userinfo";

/// With `default_resource`, and a machine and a client that are limited to another resource.
async fn limited() -> TestServer {
    let server = TestServer::with(json!({ "default_resource": R1 })).await;
    let column = oauth_clients::Column::Resources;
    server.set_client("conf", column, json!([R2])).await;
    let machine = Client {
        grant_types: vec![GrantType::ClientCredentials],
        resources: Some(vec![R2.to_owned()]),
        ..fixtures::confidential("limited", &[])
    };
    fixtures::insert(&server, &machine).await;
    server
}

pub async fn machine(server: &TestServer, client: &str, more: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", "client_credentials")], more].concat();
    server.as_client(client, "/oauth/token", &form).await
}

pub async fn audience(server: &TestServer, client: &str, body: &Value) -> Value {
    let form = [("token", text(body, "access_token"))];
    let answer = server.as_client(client, "/oauth/introspect", &form).await;
    answer.ok()["aud"].clone()
}

#[rstest]
#[case::sign_in("openid", json!(USERINFO))]
#[case::of_the_app("read", json!(ISSUER))]
#[case::both("openid read", json!(USERINFO))]
#[tokio::test(flavor = "multi_thread")]
async fn s_b7_the_default_resource_is_for_clients_that_may_reach_it(
    #[case] scope: &str,
    #[case] aud: Value,
) {
    let server = limited().await;
    let tokens = server.tokens(&Authorize::base().with("scope", scope)).await;
    assert_eq!(server.grants().await[0].resources, json!([]));
    assert_eq!(audience(&server, "conf", &tokens).await, aud);
    let tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    assert_eq!(audience(&server, "conf", &tokens).await, aud);
    let named = Authorize::base().with("scope", scope).and("resource", R1);
    let answer = server.browser().authorize(&named).await;
    answer.assert_back(CONF_CB, "invalid_target");
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b7_the_default_resource_of_machines() {
    let server = limited().await;
    let body = machine(&server, "limited", &[]).await.ok();
    assert_eq!(audience(&server, "limited", &body).await, ISSUER);
    let answer = machine(&server, "limited", &[("resource", R1)]).await;
    answer.assert_error(400, "invalid_target");
    let body = machine(&server, "limited", &[("resource", R2)]).await.ok();
    assert_eq!(audience(&server, "limited", &body).await, R2);
    // Who is not limited has it.
    let body = machine(&server, "m2m", &[]).await.ok();
    assert_eq!(audience(&server, "m2m", &body).await, R1);
}

/// What a client was given for a resource that it may no longer reach ends with the next token, as
/// scopes do (TK-23): grants of the time before the limit, and those that the default had bound.
#[tokio::test(flavor = "multi_thread")]
async fn s_b7_a_resource_that_the_client_may_no_longer_reach() {
    let server = TestServer::with(json!({ "default_resource": R1 })).await;
    let person = server.tokens(&Authorize::base()).await;
    let plain = server
        .tokens(&Authorize::base().with("scope", "read"))
        .await;
    let code = server
        .browser()
        .code(&Authorize::base().with("scope", "read"))
        .await;
    let column = oauth_clients::Column::Resources;
    server.set_client("conf", column, json!([R2])).await;

    let person = server.refresh(text(&person, "refresh_token")).await.ok();
    assert_eq!(audience(&server, "conf", &person).await, USERINFO);
    let answer = server.refresh(text(&plain, "refresh_token")).await;
    answer.assert_error(400, "invalid_target");
    let named = [("resource", R1)];
    let answer = server
        .refresh_with(text(&plain, "refresh_token"), &named)
        .await;
    answer.assert_error(400, "invalid_target");
    server
        .redeem(&code)
        .await
        .assert_error(400, "invalid_target");

    // Nothing was used up or revoked by that.
    server.set_client("conf", column, json!([R1])).await;
    assert_eq!(server.revocations().await, [None, None, None]);
    let plain = server.refresh(text(&plain, "refresh_token")).await.ok();
    assert_eq!(audience(&server, "conf", &plain).await, R1);
    server.redeem(&code).await.ok();
}

/// Tokens of `agent` for a request without `resource`.
pub async fn agent_tokens(server: &TestServer, request: &Authorize) -> Value {
    let code = server.browser().code(request).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", AGENT_CB),
        ("code_verifier", VERIFIER),
        ("client_id", "agent"),
    ];
    server.post("/oauth/token", &form).await.ok()
}

pub fn agent(scope: &str) -> Authorize {
    Authorize::of("agent", AGENT_CB).with("scope", scope)
}

/// Scopes of one resource mean that resource, and its guard takes the token.
#[rstest]
#[case("mcp:read", &[MCP], 200, 401)]
#[case("openid mcp:read mcp:write", &[MCP], 200, 401)]
#[case("notes:read", &[API], 401, 200)]
#[case("openid notes:read notes:write zzz", &[API], 401, 200)]
#[case("mcp:read notes:read", &[], 401, 401)]
#[case("openid", &[], 401, 401)]
#[tokio::test(flavor = "multi_thread")]
async fn s_c11_scopes_of_one_resource_mean_it(
    #[case] scope: &str,
    #[case] resources: &[&str],
    #[case] mcp: u16,
    #[case] api: u16,
) {
    let server = TestServer::guarded().await;
    let tokens = agent_tokens(&server, &agent(scope)).await;
    assert_eq!(server.grants().await[0].resources, json!(resources));
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
        ("client_id", "agent"),
    ];
    let refreshed = server.post("/oauth/token", &form).await.ok();
    for tokens in [&tokens, &refreshed] {
        let access = text(tokens, "access_token");
        assert_eq!(server.call("/mcp", access).await.status, mcp);
        assert_eq!(server.call("/api/notes", access).await.status, api);
    }
}

/// A scope of the app itself belongs to no resource; one of two resources to both, unless another
/// scope or the client's limits tell which.
#[rstest]
#[case("read mcp:read", None, json!([]))]
#[case("read", None, json!([]))]
#[case("shared", None, json!([]))]
#[case("shared mcp:read", None, json!([R1]))]
#[case("shared", Some(json!([R2])), json!([R2]))]
#[case("openid mcp:read", Some(json!([R2])), json!([]))]
#[tokio::test(flavor = "multi_thread")]
async fn s_c11_which_resource_scopes_mean(
    #[case] scope: &str,
    #[case] limit: Option<Value>,
    #[case] resources: Value,
) {
    let settings = json!({ "resources": [
        { "uri": R1, "scopes": ["mcp:read", "shared"] },
        { "uri": R2, "scopes": ["shared"] },
    ] });
    let server = TestServer::with(settings).await;
    let scopes = json!(["openid", "read", "mcp:read", "shared"]);
    server
        .set_client("conf", oauth_clients::Column::Scopes, scopes)
        .await;
    if let Some(limit) = limit {
        let column = oauth_clients::Column::Resources;
        server.set_client("conf", column, limit).await;
    }
    server.tokens(&Authorize::base().with("scope", scope)).await;
    assert_eq!(server.grants().await[0].resources, resources);
}

/// `default_resource` comes first, and a named resource before both.
#[tokio::test(flavor = "multi_thread")]
async fn s_c11_the_default_resource_comes_first() {
    let resources = json!([
        { "uri": R1, "scopes": ["mcp:read"] },
        { "uri": R2, "scopes": ["api:read"] },
    ]);
    let settings = json!({ "resources": resources, "default_resource": R2 });
    let server = TestServer::with(settings).await;
    let scopes = json!(["openid", "mcp:read"]);
    server
        .set_client("conf", oauth_clients::Column::Scopes, scopes)
        .await;
    let request = Authorize::base().with("scope", "openid mcp:read");
    server.tokens(&request).await;
    server.tokens(&request.and("resource", R1)).await;
    let grants = server.grants().await;
    assert_eq!(grants[0].resources, json!([R2]));
    assert_eq!(grants[1].resources, json!([R1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn s_c11_scopes_of_machines_mean_their_resource() {
    let server = TestServer::guarded().await;
    for (scope, mcp, api) in [
        ("mcp:read", 200, 401),
        ("notes:read zzz", 401, 200),
        ("mcp:read notes:read", 401, 401),
    ] {
        let body = machine(&server, "robot", &[("scope", scope)]).await.ok();
        let access = text(&body, "access_token");
        assert_eq!(server.call("/mcp", access).await.status, mcp, "{scope}");
        assert_eq!(
            server.call("/api/notes", access).await.status,
            api,
            "{scope}"
        );
    }
}
