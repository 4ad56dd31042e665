//! Redirect URIs in every place where a client comes from: settings, task, document, update.

use std::collections::BTreeMap;

use loco_oauth_server::internals::operations::tasks::client_create::ClientCreate;
use loco_rs::task::Vars;
use rstest::rstest;
use serde_json::{Value, json};

use super::{settings, update_of};
use crate::{
    app::{
        browser::Authorize, oauth_server::OAuth, registration::metadata, server::TestServer,
        tokens::text,
    },
    requests::documents::Site,
};

async fn created(server: &TestServer, pairs: &[(&str, &str)]) -> Result<Value, String> {
    let all = [pairs, &[("name", "App"), ("format", "json")]].concat();
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let vars = Vars {
        cli: all.into_iter().map(owned).collect::<BTreeMap<_, _>>(),
    };
    let task = ClientCreate::<OAuth>::default();
    let report = task
        .report(&server.ctx, &vars)
        .await
        .map_err(|error| error.to_string())?;
    Ok(serde_json::from_str(&report).unwrap())
}

async fn reaches(server: &TestServer, id: &str, uri: &str) {
    let request = Authorize::of(id, uri).with("scope", "openid");
    let location = server.browser().complete(&request).await;
    let (target, _) = location.split_once('?').unwrap();
    assert_eq!(target, uri);
}

async fn is_refused(server: &TestServer, id: &str, uri: &str) {
    let request = Authorize::of(id, uri).with("scope", "openid");
    server.get(&request.path()).await.assert_page(400);
}

#[rstest]
#[case("app.immich:///oauth-callback", "app.immich:/oauth-callback")]
#[case("com.example.app://cb", "com.example.app:/cb")]
#[case(
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "cursor:///anysphere.cursor-mcp/oauth/callback"
)]
#[tokio::test(flavor = "multi_thread")]
async fn s_c4_one_rule_for_settings_tasks_documents_and_updates(
    #[case] uri: &str,
    #[case] other: &str,
) {
    let mut all = settings(&json!({}));
    all["clients"] =
        json!([{ "client_id": "static", "redirect_uris": [uri, "https://app.example/cb"] }]);
    let site = Site::with(&all).await;
    let server = &site.server;
    reaches(server, "static", uri).await;
    is_refused(server, "static", other).await;

    let made = created(server, &[("redirect_uris", uri), ("auth", "none")])
        .await
        .unwrap();
    reaches(server, text(&made, "client_id"), uri).await;
    is_refused(server, text(&made, "client_id"), other).await;

    site.publish(&json!({ "redirect_uris": [uri], "application_type": "web" }));
    reaches(server, &site.id, uri).await;
    is_refused(server, &site.id, other).await;
    assert_eq!(site.rows().await[0].application_type, "native");

    let client = server
        .registered(&metadata(&json!({ "token_endpoint_auth_method": "none" })))
        .await;
    let sent = json!({ "redirect_uris": [uri], "token_endpoint_auth_method": "none" });
    let updated = server
        .manage("PUT", &client, Some(&update_of(&client, sent)))
        .await
        .ok();
    assert_eq!(updated["application_type"], "native");
    reaches(server, text(&client, "client_id"), uri).await;
    is_refused(server, text(&client, "client_id"), other).await;
}

/// An entry on this machine has no fixed port, unless the client was called `web`.
#[tokio::test(flavor = "multi_thread")]
async fn s_c3_any_port_for_settings_tasks_and_documents() {
    let uris = ["https://app.example/cb", "http://127.0.0.1/cb"];
    let sent = "http://127.0.0.1:49152/cb";
    let mut all = settings(&json!({}));
    all["clients"] = json!([
        { "client_id": "static", "redirect_uris": uris },
        { "client_id": "static-web", "redirect_uris": uris, "application_type": "web" },
    ]);
    let site = Site::with(&all).await;
    let server = &site.server;
    reaches(server, "static", sent).await;
    is_refused(server, "static-web", sent).await;
    let pairs = [
        (
            "redirect_uris",
            "https://app.example/cb,http://127.0.0.1/cb",
        ),
        ("auth", "none"),
    ];
    let made = created(server, &pairs).await.unwrap();
    reaches(server, text(&made, "client_id"), sent).await;
    let web = [pairs[0], pairs[1], ("type", "web")];
    let made = created(server, &web).await.unwrap();
    is_refused(server, text(&made, "client_id"), sent).await;
    site.publish(&json!({ "redirect_uris": uris }));
    reaches(server, &site.id, sent).await;
}

/// The operator's tasks say what would do, and make a public client where only that is possible.
#[tokio::test(flavor = "multi_thread")]
async fn s_c2_tasks_and_schemes_without_a_dot() {
    let server = TestServer::start().await;
    let made = created(&server, &[("redirect_uris", "cursor://x/cb")])
        .await
        .unwrap();
    assert_eq!(made["token_endpoint_auth_method"], "none");
    let refused = created(
        &server,
        &[("redirect_uris", "cursor://x/cb"), ("auth", "basic")],
    )
    .await;
    assert!(
        refused
            .unwrap_err()
            .contains("token_endpoint_auth_method: none")
    );
    let refused = created(&server, &[("redirect_uris", "myapp://x/cb")])
        .await
        .unwrap_err();
    assert!(refused.contains("redirect_uris[0]"), "{refused}");
    assert!(
        refused.contains("myapp://x/cb") && refused.contains("cursor vscode"),
        "{refused}"
    );
    let refused = created(&server, &[("redirect_uris", "javascript:/x")])
        .await
        .unwrap_err();
    assert!(refused.contains("never a redirect URI"), "{refused}");
}
