//! Texts that no database column holds, wherever they come in (GE-12), alike on SQLite and
//! PostgreSQL.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use loco_oauth_server::internals::store::clients;
use loco_rs::auth::jwt::JWT;
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::app::{
    assertions::{unsigned, with_assertion},
    browser::{Authorize, Form},
    scripts::JWT_SECRET,
    server::{Basic, TestServer},
};

/// An assertion that names this client; nobody gets to its signature.
fn assertion_of(subject: &str) -> String {
    let header = json!({ "alg": "ES256", "kid": "k\u{0}1" });
    let claims = json!({
        "iss": subject, "sub": subject, "aud": "https://as.example", "exp": 4_000_000_000_i64,
        "jti": "a\u{0}b",
    });
    let signature = URL_SAFE_NO_PAD.encode([7; 64]);
    format!("{}.{signature}", unsigned(&header, &claims))
}

#[rstest]
#[case::only("\u{0}")]
#[case::at_the_end("conf\u{0}")]
#[case::within("https://app.example/\u{0}/client.json")]
#[tokio::test(flavor = "multi_thread")]
async fn s_b10_an_assertion_of_a_client_that_cannot_exist(#[case] subject: &str) {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let assertion = assertion_of(subject);
    for (path, more) in [
        ("/oauth/token", ("grant_type", "client_credentials")),
        ("/oauth/revoke", ("token", "loco_at_x")),
        ("/oauth/revoke", ("token", "loco_rt_x")),
        ("/oauth/introspect", ("token", "loco_at_x")),
    ] {
        let answer = server
            .post(path, &with_assertion(&assertion, &[more]))
            .await;
        answer.assert_error(401, "invalid_client");
    }
    assert_eq!(server.everything().await, before);
}

/// The normal refusals: not there, not valid here.
#[rstest]
#[case::nul("%00")]
#[case::nul_within("1%00")]
#[case::not_utf8("%FF")]
#[case::surrogate("%ED%A0%80")]
#[case::long("9")]
#[tokio::test(flavor = "multi_thread")]
async fn s_b10_parts_of_paths(#[case] part: &str) {
    let server = TestServer::with(json!({ "allow_dynamic_client_registration": true })).await;
    let part = if part == "9" {
        part.repeat(9_000)
    } else {
        part.to_owned()
    };
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let page = browser.get("/oauth/apps").await;
    for (known, path) in [
        ("/sessions/", format!("/oauth/sessions/{part}/end")),
        ("/revoke", format!("/oauth/apps/{part}/revoke")),
    ] {
        let forms = Form::all(&page);
        let form = forms.into_iter().find(|form| form.action.contains(known));
        let form = Form {
            action: path,
            ..form.unwrap()
        };
        browser.submit(&form).await.assert_page(404);
    }
    for method in ["GET", "PUT", "DELETE"] {
        let url = server.url(&format!("/oauth/register/{part}"));
        let request = server.http.request(method.parse().unwrap(), url);
        let request = request.bearer_auth("loco_rat_x").json(&json!({}));
        let answer = server.send(request).await;
        answer.assert_error(401, "invalid_token");
    }
    let asset = server.get(&format!("/oauth/assets/{part}")).await;
    asset.assert_error(404, "invalid_request");
}

/// The app's own lookup of a user is behind the gate, too, and so is what the app says of a login.
#[tokio::test(flavor = "multi_thread")]
async fn s_b10_tokens_of_the_app() {
    let server = TestServer::start().await;
    let pid = server
        .user("alice@example.com")
        .await
        .unwrap()
        .pid
        .to_string();
    for (pid, claims, status, error) in [
        ("\u{0}", json!({}), 401, "invalid_token"),
        ("a\u{0}b", json!({}), 401, "invalid_token"),
        (&*pid, json!({ "acr": "high\u{0}" }), 400, "invalid_request"),
        (
            &*pid,
            json!({ "amr": ["pwd", "\u{0}"] }),
            400,
            "invalid_request",
        ),
    ] {
        let claims: Map<String, Value> = serde_json::from_value(claims).unwrap();
        let jwt = JWT::new(JWT_SECRET).generate_token(600, pid.to_owned(), claims);
        let request = server.script("/oauth/session", &json!({}));
        let answer = server.send(request.bearer_auth(jwt.unwrap())).await;
        answer.assert_error(status, error);
        assert!(server.sessions().await.is_empty());
    }
}

/// Raw, as `serde_json` would not write a lone surrogate.
#[rstest]
#[case::nul(r#""a\u0000""#)]
#[case::nul_in_a_list(r#"["a\u0000"]"#)]
#[case::nul_in_a_name(r#"{"a\u0000":1}"#)]
#[case::lone_surrogate(r#""\ud800""#)]
#[case::reversed_surrogates(r#""\udc00\ud800""#)]
#[tokio::test(flavor = "multi_thread")]
async fn s_b10_bodies_of_json(#[case] value: &str) {
    let server = TestServer::with(json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let before = server.everything().await;
    for (path, member, error) in [
        ("/oauth/register", "client_name", "invalid_client_metadata"),
        (
            "/oauth/register",
            "unknown_member",
            "invalid_client_metadata",
        ),
        ("/oauth/register", "jwks", "invalid_client_metadata"),
        ("/oauth/interaction", "interaction", "invalid_request"),
        ("/oauth/session", "interaction", "invalid_request"),
    ] {
        let body = format!(r#"{{"redirect_uris":["https://a.example/cb"],"{member}":{value}}}"#);
        let request = server.script(path, &json!({})).body(body);
        server.send(request).await.assert_error(400, error);
    }
    assert_eq!(server.everything().await, before);
}

/// Forms, queries, Basic credentials, cookies and headers: never a fault.
#[tokio::test(flavor = "multi_thread")]
async fn s_b10_everything_else_that_is_sent() {
    let server = TestServer::start().await;
    for name in [
        "client_id",
        "login_hint",
        "ui_locales",
        "state",
        "acr_values",
        "id_token_hint",
    ] {
        let path = Authorize::base().with(name, "a\u{0}b").path();
        server.get(&path).await.assert_page(400);
    }
    for path in [
        "login?interaction=%00",
        "continue?interaction=%00",
        "login?next=%00",
    ] {
        server.get(&format!("/oauth/{path}")).await.assert_page(400);
    }
    let form = [("grant_type", "client_credentials")];
    let basic = server
        .post_as(Basic::of("a%00b", "c"), "/oauth/token", &form)
        .await;
    assert!(matches!(basic.status, 400 | 401), "{basic:?}");
    let odd = [
        ("user-agent", "\u{ff}\u{fe}"),
        ("accept-language", "\u{ff}"),
        (
            "cookie",
            "__Host-oauth_session=%00.%00; __Host-oauth_browser=%00",
        ),
        ("cookie", "__Host-oauth_session=\u{ff}"),
    ];
    for (name, value) in odd {
        let mut browser = server.browser();
        let page = browser.get("/oauth/login").await;
        let form = Form::of(&page)
            .set("login", "alice@example.com")
            .set("password", crate::app::fixtures::PASSWORD);
        let value: Vec<u8> = value
            .chars()
            .map(|it| u8::try_from(u32::from(it)).unwrap())
            .collect();
        let request = server
            .http
            .post(server.url(&form.action))
            .form(&form.fields);
        let request = request.header(name, value);
        let answer = browser.send(request).await;
        assert!(answer.status < 500, "{name}: {answer:?}");
    }
}

/// The gate itself, on the database of the test: looking up finds nothing, writing is refused, and
/// neither is told as a fault of the storage.
#[tokio::test(flavor = "multi_thread")]
async fn s_b10_the_gate_in_front_of_the_database() {
    let server = TestServer::start().await;
    let oauth = server.oauth();
    let tables = oauth.store.tables();
    assert!(oauth.clients.find("conf\u{0}").await.unwrap().is_none());
    let many = ["conf".to_owned(), "a\u{0}".to_owned()];
    let found = oauth
        .store
        .run(|db| clients::with_ids(db, tables, &many))
        .await;
    assert_eq!(found.unwrap().len(), 1);
    let mut client = crate::app::fixtures::client("new\u{0}", &["https://a.example/cb"]);
    for (id, name) in [("new\u{0}", "fine"), ("new", "not\u{0}fine")] {
        id.clone_into(&mut client.client_id);
        client.client_name = Some(name.to_owned());
        let row = clients::ClientRow::new(&client, None);
        let insert = |db| clients::insert(db, tables, &row);
        let error = oauth.store.run(insert).await.unwrap_err();
        assert!(
            matches!(
                error,
                loco_oauth_server::internals::store::StoreError::Unstorable(_)
            ),
            "{error}"
        );
    }
    assert!(oauth.clients.find("new").await.unwrap().is_none());
}
