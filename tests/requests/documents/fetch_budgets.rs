//! What strangers make this server fetch takes nothing from clients that are stored (CI-03).

use serde_json::json;

use super::{CALLBACK, Site};
use crate::app::{
    browser::Authorize,
    https::{HttpsServer, Reply},
    limits::Caller,
    server::{Answer, TestServer},
    tokens::text,
};

const FRESH: i64 = 3600;

fn request(id: &str) -> Authorize {
    Authorize::of(id, CALLBACK).with("scope", "openid")
}

/// Somebody invents the URL of a document.
async fn invent(caller: &Caller<'_>, url: &str) -> Answer {
    caller.get(&request(url).path()).await
}

impl Site {
    /// 12 invented documents on the host of the client.
    async fn spend(&self) {
        let stranger = Caller::at(&self.server, "127.0.0.2");
        let before = self.https.requests().len();
        for number in 0..12 {
            let url = self.https.url(&format!("/invented{number}.json"));
            invent(&stranger, &url).await.assert_page(503);
        }
        assert_eq!(
            self.https.requests().len(),
            before + 10,
            "of the host in a minute"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b2_invented_documents_do_not_stop_a_stored_client() {
    let site = Site::start().await;
    let code = site.server.browser().code(&site.request()).await;
    let tokens = site.redeem(&code, &[]).await.ok();
    site.server.advance(FRESH);
    site.publish(&json!({ "client_name": "Renamed" }));
    site.spend().await;
    // The copy is no longer fresh, and is renewed as ever.
    let asked = site.https.requests().len();
    assert_eq!(site.authorize().await.status, 303);
    assert_eq!(site.https.requests().len(), asked + 1);
    let row = &site.rows().await[0];
    assert_eq!(row.client_name.as_deref(), Some("Renamed"));
    site.refresh(text(&tokens, "refresh_token")).await.ok();
}

/// Also while its host is away, and the copy is all there is.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_a_copy_serves_when_its_own_budget_is_spent() {
    let site = Site::start().await;
    let code = site.server.browser().code(&site.request()).await;
    let tokens = site.redeem(&code, &[]).await.ok();
    site.server.advance(FRESH);
    site.https.serve("/app.json", Reply::status(503));
    let asked = site.https.requests().len();
    for _ in 0..15 {
        assert_eq!(site.authorize().await.status, 303);
    }
    assert_eq!(site.https.requests().len(), asked + 10);
    site.refresh(text(&tokens, "refresh_token")).await.ok();
    site.server.advance(60);
    site.publish(&json!({}));
    assert_eq!(site.authorize().await.status, 303);
    assert_eq!(site.https.requests().len(), asked + 11);
}

/// CI-06: whoever uses up the renewals of a document brings nothing back that its owner withdrew.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_a_withdrawn_document_stays_withdrawn_however_often_it_is_asked_for() {
    let site = Site::start().await;
    let code = site.server.browser().code(&site.request()).await;
    let tokens = site.redeem(&code, &[]).await.ok();
    site.server.advance(FRESH);
    site.publish(&json!({ "redirect_uris": [] }));
    let asked = site.https.requests().len();
    let stranger = Caller::at(&site.server, "127.0.0.2");
    for _ in 0..15 {
        stranger.get(&site.request().path()).await.assert_page(400);
    }
    assert_eq!(site.https.requests().len(), asked + 10);
    // What was given before stays (CI-06).
    site.refresh(text(&tokens, "refresh_token")).await.ok();
    // In the next minute its owner has put it back.
    site.server.advance(60);
    site.publish(&json!({}));
    assert_eq!(site.authorize().await.status, 303);
}

/// Two clients of one host: the trouble of one is not the other's.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_each_stored_client_is_renewed_on_its_own() {
    let site = Site::start().await;
    let other = site.https.url("/other.json");
    let document = site.document(&json!({ "client_id": other }));
    site.https.serve("/other.json", Reply::json(&document));
    assert_eq!(site.authorize().await.status, 303);
    assert_eq!(site.server.get(&request(&other).path()).await.status, 303);
    site.server.advance(FRESH);
    site.https.serve("/app.json", Reply::status(503));
    for _ in 0..15 {
        site.authorize().await;
    }
    let asked = site.https.requests().len();
    assert_eq!(site.server.get(&request(&other).path()).await.status, 303);
    let all = site.https.requests();
    assert_eq!(all.len(), asked + 1);
    assert_eq!(all[asked].0, "/other.json");
}

/// A host that does not answer is waited for once a minute, not by everybody.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_a_silent_host_is_asked_once_a_minute() {
    let site = Site::start().await;
    assert_eq!(site.authorize().await.status, 303);
    site.server.advance(FRESH);
    let silent = Reply::text("").body(crate::app::https::ReplyBody::Silent);
    site.https.serve("/app.json", silent);
    let asked = site.https.requests().len();
    for _ in 0..4 {
        assert_eq!(site.authorize().await.status, 303);
    }
    assert_eq!(site.https.requests().len(), asked + 1);
}

/// 10 unknown URLs of a caller in a minute, wherever they lie; another caller has its own.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_a_caller_has_ten_unknown_documents_a_minute() {
    let site = Site::start().await;
    let stranger = Caller::at(&site.server, "127.0.0.2");
    let by_address = |url: &str| url.replacen("localhost", "127.0.0.1", 1);
    for number in 0..6 {
        let url = site.https.url(&format!("/invented{number}.json"));
        invent(&stranger, &url).await;
        invent(&stranger, &by_address(&url)).await;
    }
    assert_eq!(site.https.requests().len(), 10);
    // Neither host is used up: the next caller's client is fetched.
    let person = Caller::at(&site.server, "127.0.0.3");
    assert_eq!(invent(&person, &site.id).await.status, 303);
    site.server.advance(60);
    let url = site.https.url("/once_more.json");
    invent(&stranger, &url).await.assert_page(503);
    assert_eq!(site.https.requests().len(), 12);
}

/// A dot at the end is no other host, and has no other budget.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_dot_at_the_end_gives_no_second_budget() {
    let https = HttpsServer::start().await;
    let allowed = format!("localhost:{}", https.address.port());
    let settings = https.settings(&json!({
        "client_id_metadata_documents": { "enabled": true, "allowed_hosts": [allowed] },
    }));
    let server = TestServer::with(settings).await;
    server.advance(0);
    let stranger = Caller::at(&server, "127.0.0.2");
    for number in 0..10 {
        let url = https.url(&format!("/invented{number}.json"));
        invent(&stranger, &url).await.assert_page(503);
    }
    assert_eq!(https.connections(), 10);
    let other = Caller::at(&server, "127.0.0.3");
    for host in ["localhost", "localhost."] {
        let url = https.url("/another.json").replacen("localhost", host, 1);
        invent(&other, &url).await.assert_page(503);
    }
    assert_eq!(https.connections(), 10);
}

/// `denied_hosts` and `allowed_hosts`, over HTTP.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_denied_host_is_not_passed_with_a_dot_at_the_end() {
    for hosts in [
        json!({ "enabled": true, "denied_hosts": ["localhost"] }),
        json!({ "enabled": true, "denied_hosts": ["localhost."] }),
        json!({ "enabled": true, "allowed_hosts": ["client.example"] }),
    ] {
        let site = Site::with(&json!({ "client_id_metadata_documents": hosts })).await;
        let dotted = site.id.replacen("localhost", "localhost.", 1);
        for id in [&site.id, &dotted] {
            let answer = site.server.get(&request(id).path()).await;
            answer.assert_page(400);
        }
        assert_eq!(site.https.connections(), 0);
    }
}

/// Strangers at many addresses: the client's people go on.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_many_strangers_stop_nobody() {
    let site = Site::start().await;
    let server: &TestServer = &site.server;
    let code = server.browser().code(&site.request()).await;
    let tokens = site.redeem(&code, &[]).await.ok();
    server.advance(FRESH);
    for stranger in 10..20 {
        let caller = Caller::at(server, &format!("127.0.0.{stranger}"));
        for number in 0..4 {
            let url = site.https.url(&format!("/{stranger}/{number}.json"));
            invent(&caller, &url).await;
        }
    }
    assert_eq!(site.authorize().await.status, 303);
    site.refresh(text(&tokens, "refresh_token")).await.ok();
}
