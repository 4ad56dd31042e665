//! Redirect URIs of programs on a person's device (RG-06).

use rstest::rstest;
use serde_json::{Value, json};

use super::{description, settings, update_of};
use crate::app::{browser::Authorize, registration::metadata, server::TestServer, tokens::text};

fn public(changes: &Value) -> Value {
    let mut public = metadata(changes);
    public["token_endpoint_auth_method"] = json!("none");
    public
}

/// `Some` = there the browser is sent, `None` = an error page.
async fn accepts(server: &TestServer, client: &Value, redirect_uri: &str) -> bool {
    let id = text(client, "client_id");
    let request = Authorize::of(id, redirect_uri).with("scope", "openid");
    let answer = server.get(&request.path()).await;
    assert!(matches!(answer.status, 303 | 400), "{answer:?}");
    answer.status == 303
}

/// One URI on this machine makes the client native, whatever else is in the list.
#[rstest]
#[case(&["https://app.example/cb", "http://127.0.0.1/cb"], "http://127.0.0.1:49152/cb")]
#[case(&["http://127.0.0.1/cb", "https://app.example/cb"], "http://127.0.0.1:49152/cb")]
#[case(&["https://app.example/cb", "http://localhost:3000/cb"], "http://localhost:61000/cb")]
#[case(&["https://app.example/cb", "http://[::1]/cb"], "http://[::1]:49152/cb")]
#[case(&["https://app.example/cb", "com.example.app:/cb", "http://127.0.0.1:1/cb"], "http://127.0.0.1/cb")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c3_any_port_of_loopback_in_a_mixed_list(#[case] uris: &[&str], #[case] sent: &str) {
    let server = TestServer::with(settings(&json!({}))).await;
    let client = server
        .registered(&public(&json!({ "redirect_uris": uris })))
        .await;
    assert_eq!(client["application_type"], "native");
    assert!(accepts(&server, &client, sent).await);
    server.tokens_of(&client, sent).await;
    for uri in uris {
        assert!(accepts(&server, &client, uri).await, "{uri}");
    }
    // Only the port is free, and only there.
    for wrong in [
        "https://app.example:49152/cb",
        "http://127.0.0.2:49152/cb",
        &format!("{sent}/x"),
    ] {
        assert!(!accepts(&server, &client, wrong).await, "{wrong}");
    }
}

/// Who said `web` means the port that was registered.
#[tokio::test(flavor = "multi_thread")]
async fn s_c3_an_explicit_web_client_has_exact_ports() {
    let server = TestServer::with(settings(&json!({}))).await;
    let uris = ["https://app.example/cb", "http://127.0.0.1:3000/cb"];
    let web = public(&json!({ "redirect_uris": uris, "application_type": "web" }));
    let client = server.registered(&web).await;
    assert_eq!(client["application_type"], "web");
    assert!(accepts(&server, &client, "http://127.0.0.1:3000/cb").await);
    assert!(!accepts(&server, &client, "http://127.0.0.1:49152/cb").await);
    // An update without the word infers again.
    let update = update_of(&client, public(&json!({ "redirect_uris": uris })));
    let updated = server.manage("PUT", &client, Some(&update)).await.ok();
    assert_eq!(updated["application_type"], "native");
    assert!(accepts(&server, &client, "http://127.0.0.1:49152/cb").await);
}

/// No page is reached through a private-use URI, so that `web` cannot be meant.
#[rstest]
#[case(&["cursor://anysphere.cursor-mcp/oauth/callback"])]
#[case(&["https://app.example/cb", "com.example.app:/cb"])]
#[case(&["vscode://vscode.mcp/oauth/callback", "http://127.0.0.1:33418/"])]
#[tokio::test(flavor = "multi_thread")]
async fn s_c2_web_with_a_private_scheme_is_registered_as_native(#[case] uris: &[&str]) {
    let server = TestServer::with(settings(&json!({}))).await;
    let web = public(&json!({ "redirect_uris": uris, "application_type": "web" }));
    let client = server.registered(&web).await;
    assert_eq!(client["application_type"], "native");
    assert_eq!(client["redirect_uris"], json!(uris));
    for uri in uris {
        server.tokens_of(&client, uri).await;
    }
}

/// Each scheme of the default list, in each way of writing.
#[rstest]
#[case("cursor://anysphere.cursor-mcp/oauth/callback")]
#[case("vscode://vscode.mcp/oauth/callback")]
#[case("vscode-insiders:///oauth/callback")]
#[case("windsurf:/oauth/callback")]
#[case("zed://agent/oauth")]
#[case("claude://oauth/callback?x=1")]
#[case("Cursor://anysphere.cursor-mcp/oauth/callback")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c2_listed_schemes(#[case] uri: &str) {
    let server = TestServer::with(settings(&json!({}))).await;
    // Without a method the client is what it can be: public.
    let client = server.registered(&json!({ "redirect_uris": [uri] })).await;
    assert_eq!(client["token_endpoint_auth_method"], "none");
    assert!(client.get("client_secret").is_none());
    assert!(accepts(&server, &client, uri).await);
    // PKCE is demanded (OAuth 2.1 §7.5.1).
    let id = text(&client, "client_id");
    let mut request = Authorize::of(id, uri)
        .with("scope", "openid")
        .with("prompt", "none");
    request
        .0
        .retain(|(name, _)| !name.starts_with("code_challenge"));
    let answer = server.get(&request.path()).await;
    assert_eq!(
        answer.location_param("error").as_deref(),
        Some("invalid_request")
    );
}

/// A secret proves nothing where any program can claim the address.
#[rstest]
#[case("client_secret_basic")]
#[case("client_secret_post")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c2_a_scheme_without_a_dot_is_for_public_clients(#[case] method: &str) {
    let server = TestServer::with(settings(&json!({}))).await;
    let sent = json!({ "redirect_uris": ["cursor://x/cb"], "token_endpoint_auth_method": method });
    let answer = server.register(&sent).await;
    answer.assert_error(400, "invalid_client_metadata");
    let text = description(&answer);
    assert!(
        text.starts_with("token_endpoint_auth_method: none"),
        "{text}"
    );
    // Reverse domain schemes are for every client.
    let sent =
        json!({ "redirect_uris": ["com.example.app:/cb"], "token_endpoint_auth_method": method });
    server.registered(&sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s_c2_the_operator_lists_the_schemes() {
    let none = TestServer::with(settings(&json!({ "redirect_schemes": [] }))).await;
    let own = TestServer::with(settings(
        &json!({ "redirect_schemes": ["notes", "web+notes"] }),
    ))
    .await;
    for (server, uri, good) in [
        (&none, "cursor://x/cb", false),
        (&none, "com.example.app://cb", true),
        (&own, "cursor://x/cb", false),
        (&own, "notes://cb", true),
        (&own, "web+notes:/cb", true),
        (&own, "note://cb", false),
        (&own, "notes:cb", false),
        (&own, "notes:", false),
        (&own, "notes:////cb", false),
        (&own, "notes://me@cb/", false),
        (&own, "notes://cb/../x", false),
        (&own, "notes://cb#x", false),
        (&own, "notes://*/cb", false),
    ] {
        let answer = server
            .register(&public(&json!({ "redirect_uris": [uri] })))
            .await;
        if good {
            assert_eq!(answer.status, 201, "{uri}: {answer:?}");
        } else {
            answer.assert_error(400, "invalid_redirect_uri");
        }
    }
}

/// Never, whatever the setting says: what runs or reads something where the browser is.
#[tokio::test(flavor = "multi_thread")]
async fn s_c2_some_schemes_are_never_a_redirect() {
    let never = [
        "javascript",
        "data",
        "file",
        "blob",
        "about",
        "vbscript",
        "view-source",
        "ws",
    ];
    let mut listed = never.to_vec();
    listed.extend(["JavaScript", "http", "https"]);
    let server = TestServer::with(settings(&json!({ "redirect_schemes": listed }))).await;
    for scheme in never.iter().chain(&["JAVASCRIPT", "Data"]) {
        for rest in [
            ":/cb",
            "://app.example/cb",
            ":///cb",
            ":alert(1)",
            ":text/html,x",
        ] {
            let uri = format!("{scheme}{rest}");
            for kind in ["native", "web"] {
                let sent = json!({ "redirect_uris": [uri], "application_type": kind });
                let answer = server.register(&public(&sent)).await;
                answer.assert_error(400, "invalid_redirect_uri");
                assert!(description(&answer).starts_with("redirect_uris[0]: "));
            }
            let sent = json!({ "post_logout_redirect_uris": [uri] });
            let answer = server.register(&public(&sent)).await;
            answer.assert_error(400, "invalid_client_metadata");
        }
    }
    // Nor does the list open plain http.
    let answer = server
        .register(&public(
            &json!({ "redirect_uris": ["http://app.example/cb"] }),
        ))
        .await;
    answer.assert_error(400, "invalid_redirect_uri");
}

/// As the app writes it, and compared exactly.
#[rstest]
#[case("com.example.app:/cb")]
#[case("com.example.app://cb")]
#[case("com.example.app:///cb")]
#[case("app.immich:///oauth-callback")]
#[case("com.example.app://oauth2redirect/provider?x=1")]
#[case("com.example.App://cb")]
#[case("com.example.app://")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c4_reverse_domain_schemes_as_they_are_written(#[case] uri: &str) {
    let server = TestServer::with(settings(&json!({}))).await;
    let client = server
        .registered(&public(&json!({ "redirect_uris": [uri] })))
        .await;
    assert_eq!(client["application_type"], "native");
    assert_eq!(client["redirect_uris"], json!([uri]));
    server.tokens_of(&client, uri).await;
    for other in [
        uri.replacen(":/", "://", 1),
        uri.replacen("://", ":/", 1),
        format!("{uri}/"),
        uri.to_ascii_uppercase(),
        uri.replacen("://", "://evil.example/", 1),
    ] {
        if other != uri {
            assert!(!accepts(&server, &client, &other).await, "{other}");
        }
    }
}
