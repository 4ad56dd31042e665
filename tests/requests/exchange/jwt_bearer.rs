//! Access tokens for assertions of an identity provider (JB-01 to JB-03).

use loco_oauth_server::Seconds;
use rstest::rstest;
use serde_json::{Value, json};

use super::{JWT_BEARER, exchanger, grants};
use crate::app::{
    assertions::ClientKey,
    browser::Form,
    fixtures::{self, ALICE},
    hooks::Heard,
    https::{HttpsServer, Reply},
    server::{Answer, TestServer},
    tokens::{show, snapshot, text},
    users,
};

pub const IDP: &str = "https://idp.example";

/// A server that trusts an identity provider, and the key of that.
pub struct Trusting {
    pub server: TestServer,
    pub key: ClientKey,
    pub https: HttpsServer,
    pub settings: Value,
}

impl Trusting {
    pub async fn start() -> Self {
        Self::with(&json!({})).await
    }

    pub async fn with(changes: &Value) -> Self {
        let (key, https) = (ClientKey::new("k1"), HttpsServer::start().await);
        https.serve("/jwks", Reply::json(&key.jwks()));
        let mut settings = https.settings(&json!({
            "grant_types": grants(),
            "resources": [
                { "prefix": "/mcp", "scopes": ["mcp:read", "mcp:write"], "default_scopes": ["mcp:read"] },
                { "prefix": "/api", "scopes": ["notes:read"] },
            ],
            "jwt_bearer": { "issuers": [{
                "issuer": IDP, "jwks_uri": https.url("/jwks"), "clients": ["wiki", "narrow"],
                "scopes": ["mcp:read", "mcp:write"], "resources": ["/mcp"],
            }] },
        }));
        for (name, value) in changes.as_object().unwrap() {
            settings[name] = value.clone();
        }
        let server = TestServer::with(settings.clone()).await;
        for id in ["wiki", "elsewhere", "narrow"] {
            fixtures::insert(&server, &exchanger(id)).await;
        }
        server.advance(0);
        Self {
            server,
            key,
            https,
            settings,
        }
    }

    pub fn mcp(&self) -> String {
        format!("{}/mcp", self.server.oauth().settings.base_url)
    }

    /// A good assertion about alice, changed: null takes a claim away.
    pub async fn claims(&self, changes: &Value) -> Value {
        let now = self.server.oauth().clock.now();
        let alice = self.server.user(ALICE).await.unwrap();
        let mut claims = json!({
            "iss": IDP, "sub": alice.pid.to_string(), "aud": self.server.oauth().urls.issuer,
            "client_id": "wiki", "jti": "1", "iat": now, "exp": now + Seconds::minutes(5),
            "resource": self.mcp(), "scope": "mcp:read",
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        claims
    }

    pub async fn assertion(&self, changes: &Value) -> String {
        self.signed_by(&self.key, changes).await
    }

    pub async fn signed_by(&self, key: &ClientKey, changes: &Value) -> String {
        let header = json!({ "typ": "oauth-id-jag+jwt" });
        key.sign(&header, &self.claims(changes).await)
    }

    pub async fn present(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        present(&self.server, "wiki", assertion, more).await
    }
}

pub async fn present(
    server: &TestServer,
    client: &str,
    assertion: &str,
    more: &[(&str, &str)],
) -> Answer {
    let form = [
        &[("grant_type", JWT_BEARER), ("assertion", assertion)],
        more,
    ];
    server
        .as_client(client, "/oauth/token", &form.concat())
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn jb_an_assertion_gives_an_access_token_for_the_mcp_server() {
    let trusting = Trusting::start().await;
    let server = &trusting.server;
    let login = server.now() - 600;
    let assertion = trusting
        .assertion(&json!({ "auth_time": login, "acr": "gold" }))
        .await;
    let answer = trusting.present(&assertion, &[]).await;
    let shown = show(&answer).replace(&trusting.mcp(), "[mcp]");
    snapshot!("jwt_bearer", shown);
    let answer = answer.ok();
    let access = text(&answer, "access_token");
    let shown = server.call("/mcp", access).await.ok();
    let alice = server.user(ALICE).await.unwrap();
    assert_eq!(shown["sub"], alice.pid.to_string());
    assert_eq!(shown["client_id"], "wiki");
    assert_eq!(shown["scopes"], json!(["mcp:read"]));
    assert_eq!(shown["auth_time"], login);
    assert!(
        shown["acr"].is_null(),
        "classes of another server mean nothing here"
    );
    let grants = server.grants().await;
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].kind, "assertion");
    assert_eq!(grants[0].code_hash, None);

    let heard = server.ctx.shared_store.get::<Heard>().unwrap();
    let event = heard.wait_for("token.issued", "wiki").await;
    assert_eq!(event.details["issuer"], IDP);
    assert_eq!(event.grant_id, Some(grants[0].id));
    assert_eq!(
        event.subject.as_deref(),
        Some(alice.pid.to_string().as_str())
    );
}

/// JB-03 and what is beside it: an app that the identity provider connected is among the connected ones.
#[tokio::test(flavor = "multi_thread")]
async fn jb_a_connected_app_is_shown_and_can_be_taken_back() {
    let trusting = Trusting::start().await;
    let server = &trusting.server;
    let answer = trusting
        .present(&trusting.assertion(&json!({})).await, &[])
        .await
        .ok();
    let access = text(&answer, "access_token");
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get("/oauth/apps").await;
    assert!(page.body.contains("The wiki app"), "{page:?}");
    let path = format!("/apps/g{}/revoke", server.grants().await[0].id);
    let forms = Form::all(&page);
    let form = forms
        .into_iter()
        .find(|form| form.action.ends_with(&path))
        .unwrap();
    assert_eq!(browser.submit(&form).await.status, 303);
    assert_eq!(server.call("/mcp", access).await.status, 401);
    assert_eq!(server.revocations().await, [Some("user".to_owned())]);
    // The identity provider decides anew.
    let next = trusting.assertion(&json!({ "jti": "2" })).await;
    trusting.present(&next, &[]).await.ok();
    // After its token nothing of the app is left.
    server.advance(3600);
    let page = browser.get("/oauth/apps").await;
    assert!(!page.body.contains("The wiki app"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jb_01_an_assertion_is_used_once() {
    let trusting = Trusting::start().await;
    let assertion = trusting.assertion(&json!({})).await;
    trusting.present(&assertion, &[]).await.ok();
    let again = trusting.present(&assertion, &[]).await;
    again.assert_error(400, "invalid_grant");
    // Nor with another signature or other claims.
    let other = trusting.assertion(&json!({ "scope": "mcp:write" })).await;
    trusting
        .present(&other, &[])
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(trusting.server.access_tokens().await.len(), 1);
    // What was refused before is not used up.
    let fresh = trusting.assertion(&json!({ "jti": "2" })).await;
    let refused = trusting.present(&fresh, &[("scope", "notes:read")]).await;
    refused.assert_error(400, "invalid_scope");
    trusting.present(&fresh, &[]).await.ok();
    // A clock that goes back brings nothing back.
    trusting.server.advance(-3600);
    let back = trusting.present(&fresh, &[]).await;
    back.assert_error(400, "invalid_grant");
}

/// CC-01: of 20 uses at once, on two nodes, one gets a token.
#[tokio::test(flavor = "multi_thread")]
async fn jb_01_one_of_20_uses_at_once() {
    let trusting = Trusting::start().await;
    let mut settings = trusting.settings.clone();
    settings["base_url"] = json!(trusting.server.oauth().settings.base_url);
    let twin = trusting.server.twin(settings).await;
    for round in 1..=3 {
        let jti = json!({ "jti": format!("round {round}") });
        let assertion = trusting.assertion(&jti).await;
        let uses = (0..20).map(|place| {
            let node = if place % 2 == 0 {
                &trusting.server
            } else {
                &twin
            };
            present(node, "wiki", &assertion, &[])
        });
        let answers = futures_util::future::join_all(uses).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "round {round}");
        for answer in lost {
            answer.assert_error(400, "invalid_grant");
        }
        assert_eq!(trusting.server.grants().await.len(), round);
        assert_eq!(trusting.server.access_tokens().await.len(), round);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jb_02_accounts() {
    let trusting = Trusting::start().await;
    let server = &trusting.server;
    let about = async |jti: &str, mut changes: Value| {
        changes["jti"] = json!(jti);
        let assertion = trusting.assertion(&changes).await;
        trusting.present(&assertion, &[]).await
    };
    let unknown = about("1", json!({ "sub": "stranger" })).await;
    unknown.assert_error(400, "invalid_grant");
    let unproven = json!({ "sub": "stranger", "email": ALICE, "email_verified": false });
    about("2", unproven)
        .await
        .assert_error(400, "invalid_grant");
    let odd = json!({ "sub": "stranger", "email": ALICE, "email_verified": "true" });
    about("3", odd).await.assert_error(400, "invalid_grant");
    let proven = json!({ "sub": "stranger", "email": ALICE, "email_verified": true });
    about("4", proven).await.ok();
    server.set_user(users::Column::Active, false).await;
    about("5", json!({}))
        .await
        .assert_error(400, "invalid_grant");
    // Nothing of it was used up.
    server.set_user(users::Column::Active, true).await;
    about("5", json!({})).await.ok();
}

/// A new password ends what was given before, as for other grants.
#[tokio::test(flavor = "multi_thread")]
async fn jb_02_a_new_password_ends_the_grant() {
    let trusting = Trusting::start().await;
    let answer = trusting
        .present(&trusting.assertion(&json!({})).await, &[])
        .await
        .ok();
    let access = text(&answer, "access_token");
    trusting.server.call("/mcp", access).await.ok();
    trusting
        .server
        .set_user(users::Column::Password, "another hash")
        .await;
    assert_eq!(trusting.server.call("/mcp", access).await.status, 401);
}

#[rstest]
#[case::in_the_request(json!({ "resource": null }), &[("resource", "/mcp")], Ok("mcp:read"))]
#[case::nowhere(json!({ "resource": null }), &[], Err("invalid_target"))]
#[case::of_no_entry(json!({}), &[("resource", "/api")], Err("invalid_target"))]
#[case::another_one(json!({ "resource": "https://elsewhere.example" }), &[], Err("invalid_target"))]
#[case::two(json!({ "resource": ["https://elsewhere.example", "/mcp"] }), &[], Ok("mcp:read"))]
#[case::more_scope(json!({}), &[("scope", "mcp:write")], Err("invalid_scope"))]
#[case::less_scope(json!({ "scope": "mcp:read mcp:write" }), &[("scope", "mcp:write")], Ok("mcp:write"))]
#[case::unknown_scope(json!({ "scope": "mcp:read admin" }), &[], Ok("mcp:read"))]
#[case::no_scope(json!({ "scope": null }), &[], Ok("mcp:read"))]
#[case::no_scope_left(json!({ "scope": "notes:read" }), &[], Err("invalid_scope"))]
#[tokio::test(flavor = "multi_thread")]
async fn jb_03_resources_and_scopes(
    #[case] mut changes: Value,
    #[case] more: &[(&str, &str)],
    #[case] expected: Result<&str, &str>,
) {
    let trusting = Trusting::start().await;
    let base = trusting.server.oauth().settings.base_url.clone();
    let whole = |text: &str| match text.strip_prefix('/') {
        Some(_) => format!("{base}{text}"),
        None => text.to_owned(),
    };
    if let Some(list) = changes.get_mut("resource").and_then(Value::as_array_mut) {
        for uri in list {
            *uri = json!(whole(uri.as_str().unwrap()));
        }
    }
    let more: Vec<(&str, String)> = more
        .iter()
        .map(|(name, value)| (*name, whole(value)))
        .collect();
    let more: Vec<(&str, &str)> = more
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = trusting
        .present(&trusting.assertion(&changes).await, &more)
        .await;
    match expected {
        Ok(scope) => assert_eq!(answer.ok()["scope"], scope),
        Err(error) => answer.assert_error(400, error),
    }
}

/// JB-03: the app's word about what a person may give to a client counts here, too.
#[tokio::test(flavor = "multi_thread")]
async fn jb_03_the_hook_authorize_scopes() {
    let issuer = |https: &HttpsServer| {
        json!({ "issuers": [{
        "issuer": IDP, "jwks_uri": https.url("/jwks"), "clients": ["narrow"],
        "scopes": ["mcp:read", "write"], "resources": ["/mcp"],
    }] })
    };
    let mut trusting = Trusting::start().await;
    let mut settings = trusting.settings.clone();
    settings["base_url"] = json!(trusting.server.oauth().settings.base_url);
    settings["jwt_bearer"] = issuer(&trusting.https);
    settings["resources"][0]["scopes"] = json!(["mcp:read", "write"]);
    trusting.server = trusting.server.twin(settings).await;
    let changes = json!({ "client_id": "narrow", "scope": "mcp:read write" });
    let assertion = trusting.assertion(&changes).await;
    let answer = present(&trusting.server, "narrow", &assertion, &[])
        .await
        .ok();
    assert_eq!(answer["scope"], "mcp:read");
}
