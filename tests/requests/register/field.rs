//! The requests of real clients (`tests/fixtures/clients`), from registration to a token.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::settings;
use crate::{
    app::{browser::Authorize, server::TestServer, tokens::text},
    requests::documents::Site,
};

/// A request and the name of its file.
struct Fixture {
    name: String,
    body: Value,
}

fn fixtures(folder: &str) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let body = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            found.push(Fixture { name, body });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    found
}

/// What a client then listens on: on loopback another port than the one it registered.
fn listening(redirect_uri: &str) -> String {
    for host in ["http://127.0.0.1", "http://localhost"] {
        if let Some(rest) = redirect_uri.strip_prefix(host) {
            let path = rest.find('/').map_or("", |at| &rest[at..]);
            return format!("{host}:49152{path}");
        }
    }
    redirect_uri.to_owned()
}

#[track_caller]
fn assert_nothing_empty(name: &str, value: &Value) {
    match value {
        Value::Null => panic!("{name} is null"),
        Value::String(text) => assert!(!text.is_empty(), "{name} is empty"),
        Value::Array(entries) => {
            assert!(!entries.is_empty(), "{name} is empty");
            for entry in entries {
                assert_nothing_empty(name, entry);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                assert_nothing_empty(name, value);
            }
        }
        _ => {}
    }
}

/// Every one registers, is told what it is, and gets tokens through each of its redirect URIs.
#[tokio::test(flavor = "multi_thread")]
async fn s_c1_s_c2_clients_of_the_field_register_and_sign_in() {
    let server = TestServer::with(settings(&json!({}))).await;
    let all = fixtures("tests/fixtures/clients");
    assert!(all.len() >= 15, "{}", all.len());
    for Fixture { name, body } in all {
        let answer = server.register(&body).await;
        assert_eq!(answer.status, 201, "{name}: {answer:?}");
        let client = answer.json();
        assert_nothing_empty(&name, &client);
        let grants = json!(["authorization_code", "refresh_token"]);
        assert_eq!(client["grant_types"], grants, "{name}");
        assert_eq!(client["response_types"], json!(["code"]), "{name}");
        assert_eq!(client["redirect_uris"], body["redirect_uris"], "{name}");
        let method = &client["token_endpoint_auth_method"];
        assert_eq!(method, &body["token_endpoint_auth_method"], "{name}");
        let uris = body["redirect_uris"].as_array().unwrap();
        let uris = uris.iter().map(|uri| uri.as_str().unwrap());
        let on_device = uris.clone().any(|uri| !uri.starts_with("https://"));
        let kind = if on_device { "native" } else { "web" };
        assert_eq!(client["application_type"], kind, "{name}");
        for uri in uris {
            let tokens = server.tokens_of(&client, &listening(uri)).await;
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", text(&tokens, "refresh_token")),
            ];
            server.token_as(&client, &form).await.ok();
        }
        // Its own answer, sent back as an update, changes nothing.
        let read = server.manage("GET", &client, None).await.ok();
        let again = server.manage("PUT", &client, Some(&read)).await.ok();
        assert_eq!(again, read, "{name}");
    }
}

/// The documents that clients publish, at another address.
#[tokio::test(flavor = "multi_thread")]
async fn s_c1_s_c12_documents_of_the_field_are_accepted() {
    let site = Site::start().await;
    for Fixture { name, mut body } in fixtures("tests/fixtures/clients/documents") {
        let path = format!("/{name}.json");
        let id = site.https.url(&path);
        body["client_id"] = json!(id);
        site.https
            .serve(&path, crate::app::https::Reply::json(&body));
        let callback = body["redirect_uris"][0].as_str().unwrap();
        let request = Authorize::of(&id, callback).with("scope", "openid");
        let location = site.server.browser().complete(&request).await;
        assert!(
            location.starts_with(&format!("{callback}?code=")),
            "{name}: {location}"
        );
        let rows = site.rows().await;
        let row = rows.iter().find(|row| row.client_id == id).unwrap();
        let grants = json!(["authorization_code", "refresh_token"]);
        assert_eq!(row.grant_types, grants, "{name}");
    }
}

/// What a person sees, and where the browser goes.
#[tokio::test(flavor = "multi_thread")]
async fn s_c2_the_pages_work_with_a_scheme_without_a_dot() {
    let server = TestServer::with(settings(&json!({}))).await;
    let all = fixtures("tests/fixtures/clients");
    let cursor = all.iter().find(|fixture| fixture.name == "cursor").unwrap();
    let client = server.registered(&cursor.body).await;
    let callback = "cursor://anysphere.cursor-mcp/oauth/callback";
    let request = Authorize::of(text(&client, "client_id"), callback).with("scope", "openid");
    let mut browser = server.browser();
    browser.navigates = true;
    browser.sign_in().await;
    let page = browser.authorize(&request).await;
    page.assert_page(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self' cursor:;"), "{policy}");
    for shown in [
        "<bdi>cursor</bdi>",
        "Another app could pass itself off as it",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    // AR-05: no page hands over to an app's own scheme.
    let answer = browser.allow(&page).await;
    assert!(
        answer.location().starts_with(&format!("{callback}?code=")),
        "{answer:?}"
    );
    // And a refusal goes there as well.
    let page = browser.authorize(&request.with("prompt", "consent")).await;
    let form = crate::app::browser::Form::of_consent(&page).set("decision", "deny");
    let answer = browser.submit(&form).await;
    assert!(
        answer
            .location()
            .starts_with(&format!("{callback}?error=access_denied"))
    );
}
