//! Statements per request, with clients from the table (`BEGIN` and `COMMIT` are not counted).

use loco_oauth_server::internals::protocol::client::{Client, GrantType};
use serde_json::json;

use crate::{
    app::{
        browser::{Authorize, Form},
        fixtures::{self, ALICE, CONF_CB, PASSWORD},
        guarded::MCP,
        server::{Answer, TestServer},
        tokens::{R1, text},
    },
    requests::exchange,
};

impl TestServer {
    /// Asserts the number of statements since the last call.
    #[track_caller]
    fn assert_statements(&self, what: &str, most: usize) {
        let statements = self.database.recorder.take();
        let count = statements.len();
        assert!(
            count <= most,
            "{what}: {count} statements\n{}",
            statements.join("\n")
        );
        // A budget that is met by accident of a broken recorder would prove nothing.
        assert!(count > 0 || most == 0, "{what}: nothing was recorded");
        println!("{what}: {count}");
    }

    /// Asserts that the requests since the last call read session, user and interaction once; `again` =
    /// and once more in the transaction that issues a code (CO-03).
    #[track_caller]
    fn assert_loaded_once(&self, what: &str, again: usize) {
        let statements = self.database.recorder.take();
        for table in ["oauth_sessions", "users", "oauth_authorization_states"] {
            let from = format!("FROM \"{table}\"");
            let reads = statements.iter().filter(|it| it.contains(&from));
            let reads = reads.filter(|it| it.starts_with("SELECT")).count();
            assert!(
                reads <= 1 + again,
                "{what}: {reads} reads of {table}\n{}",
                statements.join("\n")
            );
        }
    }

    async fn machine(&self) -> Answer {
        let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
        self.as_client("m2m", "/oauth/token", &form).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_per_request() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let request = Authorize::base()
        .and("resource", R1)
        .with("scope", "openid email read")
        .with("claims", r#"{"userinfo":{"name":null}}"#);
    browser.code(&request).await;
    server.database.recorder.take();

    let answer = browser.authorize(&request).await;
    assert!(answer.location().starts_with(CONF_CB));
    server.assert_statements("authorize with a session and remembered consent", 4);
    let code = answer.location_param("code").unwrap();
    let form: Vec<(&str, &str)> = { request.0.iter() }
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let pushed = server.as_client("conf", "/oauth/par", &form).await;
    server.assert_statements("push a request", 2);
    let pushed = pushed.json();
    let by_handle = Authorize(Vec::new())
        .with("client_id", "conf")
        .with("request_uri", text(&pushed, "request_uri"));
    let answer = browser.get(&by_handle.path()).await;
    assert!(answer.location().starts_with(CONF_CB));
    server.assert_statements("authorize with a handle and remembered consent", 8);
    let tokens = server.redeem(&code).await.ok();
    server.assert_statements("token by code", 2);
    let tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    server.assert_statements("refresh", 2);
    let machine = server.machine().await.ok();
    server.assert_statements("client credentials", 2);
    assert!(server.is_live(text(&tokens, "access_token")).await);
    server.assert_statements("introspect an access token", 1);
    assert!(server.is_live(text(&tokens, "refresh_token")).await);
    server.assert_statements("introspect a refresh token", 1);
    let form = [("token", text(&machine, "access_token"))];
    let live = server
        .as_client("m2m", "/oauth/introspect", &form)
        .await
        .ok();
    assert_eq!(live["active"], true);
    server.assert_statements("introspect a machine token", 1);
    assert!(!server.is_live("unknown").await);
    server.assert_statements("introspect an unknown token", 2);
    server.userinfo(text(&tokens, "access_token")).await.ok();
    server.assert_statements("userinfo", 1);
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/oauth/jwks",
    ] {
        server.get(path).await.ok();
        server.assert_statements(path, 0);
    }
    assert_eq!(
        server.revoke(text(&tokens, "refresh_token")).await.status,
        200
    );
    server.assert_statements("revoke", 2);
}

/// A device that waits costs a lookup and a note; its rows, its decision and its tokens a few statements.
#[tokio::test(flavor = "multi_thread")]
async fn statements_of_devices() {
    const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let settings = serde_json::json!({ "grant_types": ["refresh_token", GRANT] });
    let server = TestServer::with(settings).await;
    let tv = Client {
        grant_types: vec![GrantType::RefreshToken, GrantType::DeviceCode],
        response_types: Vec::new(),
        ..fixtures::client("tv", &[])
    };
    fixtures::insert(&server, &tv).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    server.database.recorder.take();

    let form = [("client_id", "tv"), ("scope", "openid read")];
    let codes = server.post("/oauth/device-authorization", &form).await.ok();
    server.assert_statements("device authorization", 3);
    let form = [
        ("grant_type", GRANT),
        ("device_code", text(&codes, "device_code")),
        ("client_id", "tv"),
    ];
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(400, "authorization_pending");
    server.assert_statements("poll of a waiting device", 2);
    let page = browser.get("/oauth/device").await;
    server.assert_statements("form for the code", 1);
    let form_of_code = Form::of(&page).set("user_code", text(&codes, "user_code"));
    server.database.recorder.take();
    let answer = browser.submit(&form_of_code).await;
    // The limit of guesses is always in the database; here it is off.
    server.assert_statements("code of a device", 4);
    let answer = browser.get(answer.location()).await;
    server.assert_statements("continue", 2);
    let page = browser.get(answer.location()).await;
    server.assert_statements("question about a device", 2);
    let form_of_decision = Form::of_consent(&page).set("decision", "allow");
    browser.submit(&form_of_decision).await;
    server.assert_statements("decision about a device", 8);
    server.advance(5);
    server.post("/oauth/token", &form).await.ok();
    server.assert_statements("token for a device", 3);
}

/// Exchanges and assertions; the app's own look for a user is among the statements.
#[tokio::test(flavor = "multi_thread")]
async fn statements_per_exchange() {
    let server = exchange::start(&json!({})).await;
    let subject = server.agent_token("notes:read", MCP).await;
    server.database.recorder.take();
    server.exchange("gateway", &subject, &[]).await.ok();
    server.assert_statements("token exchange", 2);

    let trusting = exchange::jwt_bearer::Trusting::start().await;
    let assertion = trusting.assertion(&json!({})).await;
    trusting.server.database.recorder.take();
    trusting.present(&assertion, &[]).await.ok();
    // The client, the user, whether a client has the user's subject for its id, and a transaction: the mark of the
    // assertion, the grant, the token.
    trusting.server.assert_statements("an assertion", 6);
}

/// Each page loads what it needs once, and passes it on.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_loads_session_user_and_interaction_once() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let request = Authorize::base().with("scope", "openid email read");
    server.database.recorder.take();

    let answer = browser.get(&request.path()).await;
    server.assert_loaded_once("authorize of a stranger", 0);
    let page = browser.get(answer.location()).await;
    server.assert_loaded_once("login page", 0);
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    server.assert_loaded_once("login", 0);
    let page = browser.get(answer.location()).await;
    server.assert_loaded_once("consent page", 0);
    let answer = browser
        .submit(&Form::of_consent(&page).set("decision", "allow"))
        .await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    server.assert_loaded_once("consent", 1);

    let choosing = request.with("prompt", "select_account");
    let answer = browser.get(&choosing.path()).await;
    server.assert_loaded_once("authorize with a choice", 0);
    let page = browser.get(answer.location()).await;
    server.assert_loaded_once("chooser", 0);
    let sid = server
        .sessions()
        .await
        .last()
        .expect("a session")
        .sid
        .clone();
    server.database.recorder.take();
    browser.submit(&Form::of(&page).set("sid", &sid)).await;
    server.assert_loaded_once("choice", 1);
}
