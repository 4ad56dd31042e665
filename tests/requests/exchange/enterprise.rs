//! The enterprise's journey (MCP, Enterprise-Managed Authorization): two servers, one login. A person signs in at
//! the identity provider, which lets the client act at the authorization server of an MCP server, without a page
//! there.

use serde_json::json;

use super::{exchanger, id_jag::wiki, jwt_bearer::present};
use crate::app::{
    fixtures,
    https::{HttpsServer, Reply},
    server::TestServer,
    tokens::{jwt_part, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn jb_tx_from_a_login_to_a_guarded_mcp_call_at_another_server() {
    let https = HttpsServer::start().await;
    let idp = "https://idp.example";
    // The MCP server and its authorization server.
    let chat = TestServer::with(https.settings(&json!({
        "grant_types": super::grants(),
        "resources": [{
            "prefix": "/mcp", "scopes": ["mcp:read", "mcp:write"], "default_scopes": ["mcp:read"],
        }],
        "jwt_bearer": { "issuers": [{
            "issuer": idp, "jwks_uri": https.url("/idp/jwks"), "clients": ["wiki-at-chat"],
            "scopes": ["mcp:read"], "resources": ["/mcp"],
        }] },
    })))
    .await;
    fixtures::insert(&chat, &exchanger("wiki-at-chat")).await;
    let issuer = chat.oauth().urls.issuer.clone();
    let mcp = format!("{issuer}/mcp");
    // The identity provider of the enterprise.
    let provider = TestServer::with(json!({
        "base_url": idp,
        "grant_types": super::grants(),
        "token_exchange": { "id_jag": [{
            "client": "wiki", "audience": issuer, "audience_client_id": "wiki-at-chat",
            "resources": [mcp], "scopes": ["mcp:read", "mcp:write"],
        }] },
    }))
    .await;
    fixtures::insert(&provider, &wiki("wiki")).await;
    let keys = provider.get("/oauth/jwks").await.ok();
    https.serve("/idp/jwks", Reply::json(&keys));
    // The accounts are one person's: both have the address, which the provider has verified.
    provider
        .change_user(fixtures::ALICE, |user| {
            user.email_verified_at = sea_orm::Set(Some(chrono::Utc::now().into()));
        })
        .await;

    // What an MCP client does: it meets the challenge, reads the metadata of the MCP server and of its authorization
    // server, and finds the profile there.
    let challenge = chat.get("/mcp").await;
    assert_eq!(challenge.status, 401);
    let resource = chat
        .get("/.well-known/oauth-protected-resource/mcp")
        .await
        .ok();
    assert_eq!(resource["resource"], mcp);
    assert_eq!(resource["authorization_servers"], json!([issuer]));
    let metadata = chat
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    assert_eq!(
        metadata["authorization_grant_profiles_supported"],
        json!(["urn:ietf:params:oauth:grant-profile:id-jag"])
    );

    let login = provider.sign_in_at("wiki", "openid email").await;
    let asked = [
        ("audience", issuer.as_str()),
        ("resource", mcp.as_str()),
        ("scope", "mcp:read mcp:write"),
    ];
    let id_jag = provider
        .id_jag("wiki", text(&login, "id_token"), &asked)
        .await
        .ok();
    let assertion = text(&id_jag, "access_token");
    let answer = present(&chat, "wiki-at-chat", assertion, &[]).await.ok();
    assert_eq!(
        answer["scope"], "mcp:read",
        "as much as the MCP server's operator allows"
    );
    assert_eq!(answer["resource"], mcp);
    assert!(answer.get("refresh_token").is_none());
    let access = text(&answer, "access_token");
    let shown = chat.call("/mcp", access).await.ok();
    let alice = chat.user(fixtures::ALICE).await.unwrap();
    assert_eq!(
        shown["sub"],
        alice.pid.to_string(),
        "the account at the MCP server"
    );
    assert_ne!(shown["sub"], jwt_part(assertion, 1)["sub"]);
    assert_eq!(shown["client_id"], "wiki-at-chat");

    // Once; a new one comes without a page, until the person's login at the provider ends.
    let again = present(&chat, "wiki-at-chat", assertion, &[]).await;
    again.assert_error(400, "invalid_grant");
    let next = provider
        .id_jag("wiki", text(&login, "id_token"), &asked)
        .await
        .ok();
    present(&chat, "wiki-at-chat", text(&next, "access_token"), &[])
        .await
        .ok();
    let form = [("token", text(&login, "refresh_token"))];
    provider.as_client("wiki", "/oauth/revoke", &form).await;
    let ended = provider
        .id_jag("wiki", text(&login, "id_token"), &asked)
        .await;
    ended.assert_error(400, "invalid_request");
}
