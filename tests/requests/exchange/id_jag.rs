//! Assertions of this server for another one (TX-06, TX-07).

use loco_oauth_server::internals::protocol::{
    client::{Client, GrantType, SubjectType},
    token_type::TokenType,
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{ACCESS_TOKEN, EXCHANGE, grants};
use crate::app::{
    browser::Authorize,
    fixtures::{self, CONF_CB},
    server::{Answer, ISSUER, TestServer},
    tokens::{assert_verifies, jwt_part, show, snapshot, text},
    users,
};

pub const CHAT: &str = "https://chat.example";
pub const CHAT_MCP: &str = "https://chat.example/mcp";
pub const ID_TOKEN: &str = TokenType::IdToken.as_str();
pub const REFRESH_TOKEN: &str = TokenType::RefreshToken.as_str();
pub const ID_JAG: &str = TokenType::IdJag.as_str();

fn settings(changes: &Value) -> Value {
    let mut settings = json!({
        "grant_types": grants(),
        "token_exchange": { "id_jag": [{
            "client": "wiki", "audience": CHAT, "audience_client_id": "wiki-at-chat",
            "resources": [CHAT_MCP], "scopes": ["chat.read", "chat.write"],
        }, {
            "client": "pairwise", "audience": CHAT, "resources": [CHAT_MCP],
        }] },
    });
    for (key, value) in changes.as_object().unwrap() {
        settings[key] = value.clone();
    }
    settings
}

/// A web app with a login by this server, which may ask for assertions.
pub fn wiki(id: &str) -> Client {
    Client {
        grant_types: vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::TokenExchange,
        ],
        ..fixtures::confidential(id, &[CONF_CB])
    }
}

async fn start(changes: &Value) -> TestServer {
    let server = TestServer::with(settings(changes)).await;
    fixtures::insert(&server, &wiki("wiki")).await;
    server
}

impl TestServer {
    /// What a web app gets when alice signs in there.
    pub async fn sign_in_at(&self, client: &str, scope: &str) -> Value {
        let request = Authorize::of(client, CONF_CB).with("scope", scope);
        let code = self.browser().code(&request).await;
        let form = crate::app::tokens::redemption(&code, &[]);
        self.as_client(client, "/oauth/token", &form).await.ok()
    }

    /// A request for an assertion, with changed parameters: an empty value takes one away.
    pub async fn id_jag(&self, client: &str, subject: &str, changes: &[(&str, &str)]) -> Answer {
        let mut form = vec![
            ("grant_type", EXCHANGE),
            ("requested_token_type", ID_JAG),
            ("subject_token", subject),
            ("subject_token_type", ID_TOKEN),
            ("audience", CHAT),
        ];
        form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.as_client(client, "/oauth/token", &form).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tx_06_an_id_token_gives_an_assertion_for_another_server() {
    let server = start(&json!({})).await;
    let tokens = server.sign_in_at("wiki", "openid email read").await;
    let id_token = text(&tokens, "id_token");
    let before = server.everything().await;
    let asked = [
        ("resource", "HTTPS://chat.example/mcp/"),
        ("scope", "chat.read chat.admin"),
    ];
    let answer = server.id_jag("wiki", id_token, &asked).await;
    snapshot!("id_jag", show(&answer));
    assert_eq!(server.everything().await, before, "nothing is stored");
    let answer = answer.ok();
    let assertion = text(&answer, "access_token");
    let keys = server.get("/oauth/jwks").await.ok();
    assert_verifies(assertion, &keys, CHAT);
    assert_eq!(jwt_part(assertion, 0)["typ"], "oauth-id-jag+jwt");
    let (claims, login) = (jwt_part(assertion, 1), jwt_part(id_token, 1));
    let expected = json!({
        "iss": ISSUER, "sub": login["sub"], "aud": CHAT, "client_id": "wiki-at-chat",
        "jti": claims["jti"], "iat": server.now(), "exp": server.now() + 300,
        "resource": CHAT_MCP, "scope": "chat.read",
        "auth_time": login["auth_time"], "acr": login["acr"], "amr": login["amr"],
        "email": fixtures::ALICE, "email_verified": login["email_verified"],
    });
    assert_eq!(claims, expected);
    let again = server.id_jag("wiki", id_token, &asked).await.ok();
    assert_ne!(
        jwt_part(text(&again, "access_token"), 1)["jti"],
        claims["jti"]
    );
    // It is no token here.
    assert_eq!(server.userinfo(assertion).await.status, 401);
    let hint = [("subject_token_type", ID_TOKEN)];
    let used = server.id_jag("wiki", assertion, &hint).await;
    used.assert_error(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn tx_06_a_refresh_token_gives_one_too_and_is_not_used_up() {
    let server = start(&json!({})).await;
    let tokens = server.sign_in_at("wiki", "openid read").await;
    let refresh = text(&tokens, "refresh_token");
    let by_refresh = [("subject_token_type", REFRESH_TOKEN)];
    // Long after the ID token has expired.
    server.advance(24 * 3600);
    let expired = server.id_jag("wiki", text(&tokens, "id_token"), &[]).await;
    expired.assert_error(400, "invalid_request");
    for _ in 0..2 {
        let answer = server.id_jag("wiki", refresh, &by_refresh).await.ok();
        let claims = jwt_part(text(&answer, "access_token"), 1);
        assert_eq!(claims["sub"], jwt_part(text(&tokens, "id_token"), 1)["sub"]);
        assert!(claims.get("email").is_none(), "the client may not see it");
    }
    // A rotated one counts as stolen, as it does for a refresh.
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let rotated = server.as_client("wiki", "/oauth/token", &form).await.ok();
    let soon = server.id_jag("wiki", refresh, &by_refresh).await;
    soon.assert_error(400, "invalid_request");
    let next = text(&rotated, "refresh_token");
    server.id_jag("wiki", next, &by_refresh).await.ok();
    server.advance(60);
    let stolen = server.id_jag("wiki", refresh, &by_refresh).await;
    stolen.assert_error(400, "invalid_request");
    assert_eq!(
        server.revocations().await,
        [Some("refresh_replay".to_owned())]
    );
    let dead = server.id_jag("wiki", next, &by_refresh).await;
    dead.assert_error(400, "invalid_request");
}

#[rstest]
#[case::no_audience(&[("audience", "")], "invalid_request")]
#[case::two_audiences(&[("audience", CHAT), ("audience", "https://other.example")], "invalid_request")]
#[case::audience_not_allowed(&[("audience", "https://other.example")], "invalid_target")]
#[case::audience_with_slash(&[("audience", "https://chat.example/")], "invalid_target")]
#[case::resource_not_allowed(&[("resource", "https://chat.example/other")], "invalid_target")]
#[case::scope_not_allowed(&[("scope", "admin")], "invalid_scope")]
#[case::scope_syntax(&[("scope", "\"")], "invalid_scope")]
#[case::actor(&[("actor_token", "x"), ("actor_token_type", ID_TOKEN)], "invalid_request")]
#[case::access_token_type(&[("subject_token_type", ACCESS_TOKEN)], "invalid_request")]
#[case::saml(&[("subject_token_type", "urn:ietf:params:oauth:token-type:saml2")], "invalid_request")]
#[case::as_refresh_token(&[("subject_token_type", REFRESH_TOKEN)], "invalid_request")]
#[case::no_subject(&[("subject_token", "")], "invalid_request")]
#[tokio::test(flavor = "multi_thread")]
async fn tx_07_refused(#[case] changes: &[(&str, &str)], #[case] error: &str) {
    let server = start(&json!({})).await;
    let tokens = server.sign_in_at("wiki", "openid read").await;
    let answer = server
        .id_jag("wiki", text(&tokens, "id_token"), changes)
        .await;
    answer.assert_error(400, error);
}

/// TX-06: the ID token of another client, a changed one, and other JWTs of this server.
#[tokio::test(flavor = "multi_thread")]
async fn tx_06_foreign_and_forged_id_tokens() {
    let server = start(&json!({})).await;
    let foreign = server
        .tokens(&Authorize::base().with("scope", "openid read"))
        .await;
    let tokens = server.sign_in_at("wiki", "openid read").await;
    let id_token = text(&tokens, "id_token");
    let mut changed = id_token.to_owned();
    changed.truncate(changed.len() - 4);
    for (what, token) in [
        ("of another client", text(&foreign, "id_token")),
        ("changed", changed.as_str()),
        ("an access token", text(&tokens, "access_token")),
        ("nothing", "x"),
    ] {
        let answer = server.id_jag("wiki", token, &[]).await;
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        answer.assert_error(400, "invalid_request");
    }
    // Another client has no entry; one without the grant may not ask.
    let other = server.id_jag("conf", text(&foreign, "id_token"), &[]).await;
    other.assert_error(400, "unauthorized_client");
    let refresh = text(&foreign, "refresh_token");
    let by_refresh = [("subject_token_type", REFRESH_TOKEN)];
    let answer = server.id_jag("wiki", refresh, &by_refresh).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(server.revocations().await, [None, None]);
}

/// A revoked authorization, a locked person and new credentials end what an ID token is good for.
#[rstest]
#[case::revoked("revoked")]
#[case::locked("locked")]
#[case::credentials("credentials")]
#[case::gone("gone")]
#[tokio::test(flavor = "multi_thread")]
async fn tx_06_an_id_token_counts_no_longer_than_its_authorization(#[case] end: &str) {
    let server = start(&json!({})).await;
    let tokens = server.sign_in_at("wiki", "openid read").await;
    let id_token = text(&tokens, "id_token");
    server.id_jag("wiki", id_token, &[]).await.ok();
    match end {
        "revoked" => {
            let form = [("token", text(&tokens, "refresh_token"))];
            server.as_client("wiki", "/oauth/revoke", &form).await;
        }
        "locked" => server.set_user(users::Column::Active, false).await,
        "credentials" => {
            server
                .set_user(users::Column::Password, "another hash")
                .await;
        }
        _ => {
            use sea_orm::{EntityTrait, ModelTrait};
            let user = users::Entity::find()
                .one(&server.ctx.db)
                .await
                .unwrap()
                .unwrap();
            user.delete(&server.ctx.db).await.unwrap();
        }
    }
    let answer = server.id_jag("wiki", id_token, &[]).await;
    answer.assert_error(400, "invalid_request");
    if end != "gone" {
        let by_refresh = [("subject_token_type", REFRESH_TOKEN)];
        let refresh = text(&tokens, "refresh_token");
        let answer = server.id_jag("wiki", refresh, &by_refresh).await;
        answer.assert_error(400, "invalid_request");
    }
}

/// Pairwise subjects lead back to nobody: the client sends its refresh token. A relying party is told the subject
/// that it sees itself.
#[tokio::test(flavor = "multi_thread")]
async fn tx_06_pairwise_subjects() {
    let rule = |client: &str, party: Value| {
        json!({
            "client": client, "audience": CHAT, "resources": [CHAT_MCP], "relying_party": party,
        })
    };
    let server = start(&json!({
        "pairwise_secret": "a secret of at least 32 characters, or more",
        "token_exchange": { "id_jag": [
            rule("pairwise", Value::Null), rule("wiki", json!("pairwise")),
        ] },
    }))
    .await;
    let pairwise = Client {
        subject_type: SubjectType::Pairwise,
        sector: Some("app.example".to_owned()),
        ..wiki("pairwise")
    };
    fixtures::insert(&server, &pairwise).await;
    let tokens = server.sign_in_at("pairwise", "openid read").await;
    let answer = server
        .id_jag("pairwise", text(&tokens, "id_token"), &[])
        .await;
    answer.assert_error(400, "invalid_request");
    assert!(answer.body.contains("refresh token"), "{answer:?}");
    let by_refresh = [("subject_token_type", REFRESH_TOKEN)];
    let answer = server
        .id_jag("pairwise", text(&tokens, "refresh_token"), &by_refresh)
        .await
        .ok();
    let public = jwt_part(text(&answer, "access_token"), 1)["sub"].clone();
    let wiki = server.sign_in_at("wiki", "openid read").await;
    assert_eq!(public, jwt_part(text(&wiki, "id_token"), 1)["sub"]);
    let answer = server
        .id_jag("wiki", text(&wiki, "id_token"), &[])
        .await
        .ok();
    let told = jwt_part(text(&answer, "access_token"), 1)["sub"].clone();
    assert_eq!(told, jwt_part(text(&tokens, "id_token"), 1)["sub"]);
    assert_ne!(told, public);
}

/// An authorization without `openid` is no login.
#[tokio::test(flavor = "multi_thread")]
async fn tx_06_a_refresh_token_without_openid() {
    let server = start(&json!({})).await;
    let tokens = server.sign_in_at("wiki", "read").await;
    let by_refresh = [("subject_token_type", REFRESH_TOKEN)];
    let answer = server
        .id_jag("wiki", text(&tokens, "refresh_token"), &by_refresh)
        .await;
    answer.assert_error(400, "invalid_request");
}
