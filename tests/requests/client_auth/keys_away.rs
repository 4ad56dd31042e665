//! Key sets and sector documents whose host is away (CI-05 likewise).

use loco_oauth_server::internals::protocol::client::{Client, ClientKind};
use rstest::rstest;
use serde_json::{Value, json};

use super::with_site;
use crate::{
    app::{
        assertions::{ClientKey, signer, with_assertion},
        browser::VERIFIER,
        fixtures,
        https::{HttpsServer, Reply},
        server::{Answer, TestServer},
    },
    requests::documents::{CALLBACK, Site},
};

const FRESH: i64 = 3600;
const DAY: i64 = 24 * 3600;

async fn prove(server: &TestServer, key: &ClientKey, jti: &str) -> Answer {
    let assertion = key.assertion(server, "signer", &json!({ "jti": jti }));
    server.assert_by(&assertion).await
}

#[track_caller]
fn assert_busy(answer: &Answer) {
    answer.assert_error(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
    assert!(answer.header("www-authenticate").is_none());
}

fn nonsense(what: &str) -> Reply {
    match what {
        "wall" => Reply::text("<html>").with("content-type", "text/html"),
        "wall as JSON" => Reply::text("<html>"),
        status => Reply::status(status.parse().unwrap()),
    }
}

#[rstest]
#[case("503")]
#[case("404")]
#[case("wall")]
#[case("wall as JSON")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_keys_serve_for_a_day_while_their_host_answers_nonsense(#[case] what: &str) {
    let key = ClientKey::new("k1");
    let (server, https) = with_site(&key).await;
    prove(&server, &key, "1").await.ok();
    https.serve("/keys", nonsense(what));
    server.advance(FRESH);
    prove(&server, &key, "2").await.ok();
    let events = server.oauth().events.take();
    let told = events
        .iter()
        .filter(|event| event.event.as_str() == "client.stale_copy_used");
    assert_eq!(told.count(), 1);
    server.advance(DAY - 1);
    prove(&server, &key, "3").await.ok();
    server.advance(60);
    assert_busy(&prove(&server, &key, "4").await);
    server.advance(60);
    https.serve("/keys", Reply::json(&key.jwks()));
    prove(&server, &key, "5").await.ok();
}

#[rstest]
#[case("503")]
#[case("429")]
#[case("404")]
#[case("wall")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_keys_that_were_never_read(#[case] what: &str) {
    let key = ClientKey::new("k1");
    let (server, https) = with_site(&key).await;
    https.serve("/keys", nonsense(what));
    assert_busy(&prove(&server, &key, "1").await);
    assert_eq!(server.used().await, 0);
    https.serve("/keys", Reply::json(&key.jwks()));
    prove(&server, &key, "1").await.ok();
}

/// A key that the copy does not have may be the client's new one: who can say while its host is away?
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_new_key_while_the_host_is_away() {
    let (old, new) = (ClientKey::new("k1"), ClientKey::new("k2"));
    let (server, https) = with_site(&old).await;
    prove(&server, &old, "1").await.ok();
    https.serve("/keys", Reply::status(503));
    server.advance(60);
    assert_busy(&prove(&server, &new, "2").await);
    prove(&server, &old, "3").await.ok();
    // Another key under the name of a known one is a forgery, whoever is away.
    let forged = prove(&server, &ClientKey::new("k1"), "4").await;
    forged.assert_error(401, "invalid_client");
    https.serve("/keys", Reply::json(&new.jwks()));
    prove(&server, &new, "5").await.ok();
}

/// What the client itself got wrong is still its own fault.
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_what_is_no_key_set_is_the_clients_fault() {
    let key = ClientKey::new("k1");
    let (server, https) = with_site(&key).await;
    for reply in [
        Reply::json(&json!({ "key": [] })),
        Reply::json(&json!([])),
        Reply::status(302).with("location", "/other"),
        Reply::text(&" ".repeat(70_000)),
    ] {
        https.serve("/keys", reply);
        let answer = prove(&server, &key, "1").await;
        answer.assert_error(401, "invalid_client");
    }
}

/// CI-05 for a document with keys: the copy, then 503; without an assertion it was never the client.
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_document_with_keys_whose_host_is_away() {
    let (site, key) = (Site::start().await, ClientKey::new("k1"));
    site.publish(&json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": key.jwks(),
    }));
    let mut browser = site.server.browser();
    let redeem = async |code: &str, jti: &str| {
        let claims = json!({ "jti": jti });
        let assertion = key.assertion(&site.server, &site.id, &claims);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let form = with_assertion(&assertion, &form);
        site.server.post("/oauth/token", &form).await
    };
    browser.code(&site.request()).await;
    site.https.serve("/app.json", Reply::status(500));
    site.server.advance(FRESH);
    let code = browser.code(&site.request()).await;
    let unproven = site.redeem(&code, &[]).await;
    unproven.assert_error(401, "invalid_client");
    redeem(&code, "1").await.ok();
    let code = browser.code(&site.request()).await;
    site.server.advance(DAY);
    let unproven = site.redeem(&code, &[]).await;
    unproven.assert_error(401, "invalid_client");
    assert_busy(&redeem(&code, "2").await);
}

fn pairwise(site: &Site) -> Value {
    json!({
        "subject_type": "pairwise",
        "sector_identifier_uri": site.https.url("/sector.json"),
        "redirect_uris": [CALLBACK, "https://other.example/cb"],
    })
}

const PAIRWISE: &str = "a pairwise secret of 32 characters";

/// A sector document of a stored client: the copy serves; of a new one: 503.
#[rstest]
#[case("503")]
#[case("403")]
#[case("wall")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_sector_document_whose_host_is_away(#[case] what: &str) {
    let site = Site::with(&json!({ "pairwise_secret": PAIRWISE })).await;
    site.publish(&pairwise(&site));
    site.https.serve("/sector.json", nonsense(what));
    let page = site.authorize().await;
    page.assert_page(503);
    assert!(page.body.contains("temporarily_unavailable"));
    assert_eq!(site.rows().await, []);
    let list = json!([CALLBACK, "https://other.example/cb"]);
    site.https.serve("/sector.json", Reply::json(&list));
    assert_eq!(site.authorize().await.status, 303);
    site.https.serve("/sector.json", nonsense(what));
    site.server.advance(FRESH);
    assert_eq!(site.authorize().await.status, 303);
    site.server.advance(DAY);
    site.authorize().await.assert_page(503);
}

/// At registration and its management: try again, not "your metadata is wrong".
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_sector_document_at_registration() {
    let site = Site::with(&json!({
        "pairwise_secret": PAIRWISE,
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let before = site.server.clients().await.len();
    for what in ["503", "429", "wall"] {
        site.https.serve("/sector.json", nonsense(what));
        assert_busy(&site.server.register(&pairwise(&site)).await);
    }
    for what in ["404", "302"] {
        site.https.serve("/sector.json", nonsense(what));
        let refused = site.server.register(&pairwise(&site)).await;
        refused.assert_error(400, "invalid_client_metadata");
    }
    assert_eq!(site.server.clients().await.len(), before);
    let list = json!([CALLBACK, "https://other.example/cb"]);
    site.https.serve("/sector.json", Reply::json(&list));
    let registered = site.server.registered(&pairwise(&site)).await;
    site.https.serve("/sector.json", Reply::status(503));
    let mut update = pairwise(&site);
    update["client_id"] = registered["client_id"].clone();
    assert_busy(&site.server.manage("PUT", &registered, Some(&update)).await);
}

/// A client of the operator, of the settings, and one that registered itself.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_invented_urls_stop_no_client_that_signs() {
    for kind in [ClientKind::Operator, ClientKind::Dynamic] {
        let key = ClientKey::new("k1");
        let https = HttpsServer::start().await;
        https.serve("/keys", Reply::json(&key.jwks()));
        let settings = https.settings(&json!({
            "client_id_metadata_documents": { "enabled": true },
        }));
        let server = TestServer::with(settings).await;
        let client = Client {
            kind,
            jwks_uri: Some(https.url("/keys")),
            ..signer(None)
        };
        fixtures::insert(&server, &client).await;
        server.advance(0);
        for number in 0..12 {
            let url = https.url(&format!("/invented{number}"));
            let request = crate::app::browser::Authorize::of(&url, CALLBACK);
            server.get(&request.path()).await.assert_page(503);
        }
        assert_eq!(https.requests().len(), 10);
        prove(&server, &key, "1").await.ok();
        // And again when the copy is no longer fresh.
        server.advance(FRESH);
        for number in 0..12 {
            let url = https.url(&format!("/more{number}"));
            let request = crate::app::browser::Authorize::of(&url, CALLBACK);
            server.get(&request.path()).await.assert_page(503);
        }
        let asked = https.requests().len();
        prove(&server, &key, "2").await.ok();
        assert_eq!(https.requests().len(), asked + 1);
    }
}
