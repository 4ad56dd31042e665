//! Machine tokens and `sensitive` scopes are given by the operator.

use loco_oauth_server::internals::protocol::client::{Client, ClientKind, GrantType};
use rstest::rstest;
use serde_json::{Value, json};

use super::{by_a_person, description, machine, sensitive, settings, update_of};
use crate::{
    app::{
        browser::Authorize,
        fixtures::{self, CONF_CB},
        registration::metadata,
        server::{ISSUER, TestServer},
        tokens::{R1, text},
    },
    requests::hooks::with_client,
};

const MACHINE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[rstest]
#[case::alone(json!(["client_credentials"]))]
#[case::with_what_it_needs(json!(["client_credentials", "refresh_token"]))]
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_no_machine_for_strangers_and_signed_in_people(#[case] grants: Value) {
    let server = TestServer::with(settings(&json!({}))).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let before = server.clients().await.len();
    let sent = machine(&json!({ "grant_types": grants }));
    for answer in [
        server.register(&sent).await,
        by_a_person(&server, &mut browser, &sent).await,
    ] {
        answer.assert_error(400, "invalid_client_metadata");
        let text = description(&answer);
        assert!(
            text.starts_with(
                "grant_types: client_credentials, token-exchange and jwt-bearer are for operators"
            ),
            "{text}"
        );
        assert!(text.contains("initial access token"), "{text}");
    }
    assert_eq!(server.clients().await.len(), before);
}

/// Among other grants it is left out, and the answer says so.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_a_machine_grant_is_left_out_of_what_people_register() {
    let server = TestServer::with(settings(&json!({}))).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let both = metadata(&json!({ "grant_types": ["client_credentials", "authorization_code"] }));
    for answer in [
        server.register(&both).await,
        by_a_person(&server, &mut browser, &both).await,
    ] {
        assert_eq!(answer.status, 201, "{answer:?}");
        let client = answer.json();
        assert_eq!(client["grant_types"], json!(["authorization_code"]));
        let answer = server.token_as(&client, &MACHINE).await;
        answer.assert_error(400, "unauthorized_client");
    }
    assert!(server.access_tokens().await.is_empty());
}

/// Nor does it come in by an update: of the owner, of a stranger's client, or of one that was let in
/// without it.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_an_update_adds_no_machine_grant() {
    let server = TestServer::with(settings(&json!({}))).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let own = by_a_person(&server, &mut browser, &metadata(&json!({})))
        .await
        .json();
    let admitted = server
        .register_with_token(&metadata(&json!({})))
        .await
        .json();
    let strangers = server.registered(&metadata(&json!({}))).await;
    let both = metadata(&json!({ "grant_types": ["client_credentials", "authorization_code"] }));
    for client in [&own, &admitted, &strangers] {
        let answer = server
            .manage("PUT", client, Some(&update_of(client, both.clone())))
            .await;
        assert_eq!(answer.ok()["grant_types"], json!(["authorization_code"]));
        let only = update_of(client, machine(&json!({})));
        let answer = server.manage("PUT", client, Some(&only)).await;
        answer.assert_error(400, "invalid_client_metadata");
        let answer = server.token_as(client, &MACHINE).await;
        answer.assert_error(400, "unauthorized_client");
    }
    let put = server.at_registration("PUT", &own).header("origin", ISSUER);
    let answer = browser.send(put.json(&update_of(&own, both))).await;
    assert_eq!(answer.ok()["grant_types"], json!(["authorization_code"]));
}

/// Whom the operator let in may be a machine, and stays one.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_holders_of_an_initial_access_token_register_machines() {
    let server = TestServer::with(settings(&json!({}))).await;
    let answer = server.register_with_token(&machine(&json!({}))).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let client = answer.json();
    let form = [MACHINE[0], ("scope", "mcp:read")];
    assert_eq!(
        server.token_as(&client, &form).await.ok()["scope"],
        "mcp:read"
    );
    let update = update_of(&client, machine(&json!({ "client_name": "Renamed" })));
    let updated = server.manage("PUT", &client, Some(&update)).await.ok();
    assert_eq!(updated["grant_types"], json!(["client_credentials"]));
    server.token_as(&client, &form).await.ok();
    // A public one authenticates nobody.
    let public = machine(&json!({ "token_endpoint_auth_method": "none" }));
    let answer = server.register_with_token(&public).await;
    answer.assert_error(400, "invalid_client_metadata");
}

/// The operator's own: settings and tasks.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_the_operators_machines_work_as_before() {
    let mut all = sensitive();
    all["clients"] = json!([{
        "client_id": "static", "client_secret": fixtures::SECRET,
        "grant_types": ["client_credentials"], "scopes": ["admin", "mcp:delete"],
    }]);
    let server = TestServer::with(all).await;
    let form = [MACHINE[0], ("scope", "admin mcp:delete")];
    let answer = server.as_client("static", "/oauth/token", &form).await;
    assert_eq!(answer.ok()["scope"], "admin mcp:delete");
    let form = [MACHINE[0], ("scope", "jobs")];
    server.as_client("m2m", "/oauth/token", &form).await.ok();
}

/// The default ceiling has no sensitive scope, whoever registers, and none that comes with one.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_nobody_registers_sensitive_scopes_by_default() {
    let server = TestServer::with(sensitive()).await;
    let asked = json!({ "scope": "openid mcp:read mcp:delete mcp:all admin" });
    let stranger = server.registered(&metadata(&asked)).await;
    assert_eq!(stranger["scope"], "openid mcp:read");
    let nameless = server.registered(&metadata(&json!({}))).await;
    assert_eq!(nameless["scope"], "openid offline_access mcp:read");
    let changed = update_of(&nameless, metadata(&asked));
    let changed = server.manage("PUT", &nameless, Some(&changed)).await.ok();
    assert_eq!(changed["scope"], "openid mcp:read");
    // Nothing but sensitive ones: the default.
    let only = server
        .registered(&metadata(&json!({ "scope": "admin mcp:delete" })))
        .await;
    assert_eq!(only["scope"], "openid offline_access mcp:read");
    let machine = server
        .register_with_token(&machine(
            &json!({ "scope": "mcp:read mcp:delete mcp:all admin" }),
        ))
        .await
        .json();
    assert_eq!(machine["scope"], "mcp:read");
    for scope in ["mcp:delete", "admin", "mcp:read mcp:all"] {
        let form = [MACHINE[0], ("scope", scope)];
        let answer = server.token_as(&machine, &form).await;
        answer.assert_error(400, "invalid_scope");
        let request = Authorize::of(text(&stranger, "client_id"), "https://new.example/cb")
            .with("scope", scope)
            .with("resource", R1);
        let mut browser = server.browser();
        browser.sign_in().await;
        let answer = browser.authorize(&request).await;
        answer.assert_back("https://new.example/cb", "invalid_scope");
    }
}

/// What was registered when the ceiling was higher is no key to more than the others have.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_a_machine_registered_earlier_is_below_the_ceiling_too() {
    let server = TestServer::with(sensitive()).await;
    let old = Client {
        kind: ClientKind::Dynamic,
        grant_types: vec![GrantType::ClientCredentials],
        scopes: Some(vec![
            "admin".to_owned(),
            "mcp:delete".to_owned(),
            "mcp:read".to_owned(),
        ]),
        ..fixtures::confidential("old", &[])
    };
    fixtures::insert(&server, &old).await;
    for scope in ["admin", "mcp:delete", "mcp:read mcp:delete"] {
        let form = [MACHINE[0], ("scope", scope)];
        let answer = server.as_client("old", "/oauth/token", &form).await;
        answer.assert_error(400, "invalid_scope");
    }
    let form = [MACHINE[0], ("scope", "mcp:read")];
    server.as_client("old", "/oauth/token", &form).await.ok();
}

/// The app decides on machine scopes, too (hook `machine_scopes`).
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_the_hook_narrows_or_refuses_the_scopes_of_machines() {
    let more =
        json!({ "client_registration_allowed_scopes": ["openid", "read", "write", "mcp:read"] });
    let server = TestServer::with(settings(&more)).await;
    let named =
        |name: &str| machine(&json!({ "client_name": name, "scope": "read write mcp:read" }));
    let half = server
        .register_with_token(&named("Half a machine"))
        .await
        .json();
    let form = [MACHINE[0], ("scope", "read write")];
    // What was not asked for is not granted, whatever the hook says.
    assert_eq!(server.token_as(&half, &form).await.ok()["scope"], "read");
    let form = [MACHINE[0], ("scope", "write")];
    let answer = server.token_as(&half, &form).await;
    answer.assert_error(400, "invalid_scope");
    let none = server
        .register_with_token(&named("No machine"))
        .await
        .json();
    let before = server.access_tokens().await.len();
    let form = [MACHINE[0], ("scope", "read")];
    let answer = server.token_as(&none, &form).await;
    answer.assert_error(400, "invalid_scope");
    assert_eq!(server.access_tokens().await.len(), before);
}

/// A hook that fails ends the request, and nothing is stored.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_a_hook_about_machines_that_fails_issues_nothing() {
    let server = with_client("unused").await;
    let broken = Client {
        grant_types: vec![GrantType::ClientCredentials],
        ..fixtures::confidential("broken-machine_scopes", &[CONF_CB])
    };
    fixtures::insert(&server, &broken).await;
    let form = [MACHINE[0], ("scope", "read")];
    let answer = server
        .as_client("broken-machine_scopes", "/oauth/token", &form)
        .await;
    answer.assert_error(500, "server_error");
    assert!(server.access_tokens().await.is_empty());
}

/// `may_register` judges what would be registered, not what was sent.
#[tokio::test(flavor = "multi_thread")]
async fn s_b1_may_register_sees_what_would_be_registered() {
    let server = TestServer::with(settings(&json!({}))).await;
    let sent = metadata(&json!({
        "client_name": "No machines here",
        "grant_types": ["authorization_code", "client_credentials"],
        "scope": "openid admin mcp:read nonsense",
    }));
    server.registered(&sent).await;
    let answer = server.register_with_token(&sent).await;
    answer.assert_error(403, "access_denied");
}
