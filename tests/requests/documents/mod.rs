//! Clients whose id is the URL of a metadata document (CI-01 to CI-07; C162-C172).

mod away;
mod cache;
mod fetch_budgets;
mod keys;
mod narrowing;
mod refused;
mod sector;
mod stored;

use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, VERIFIER},
    https::{HttpsServer, Reply},
    oauth_server::oauth_clients,
    server::{Answer, TestServer},
};

pub const CALLBACK: &str = "https://client.example/cb";

/// A developer's server that accepts documents, and the site of a client with one.
pub struct Site {
    pub server: TestServer,
    pub https: HttpsServer,
    /// The client's id: the URL of its document.
    pub id: String,
}

impl Site {
    pub async fn start() -> Self {
        Self::with(&json!({})).await
    }

    /// With more settings.
    pub async fn with(settings: &Value) -> Self {
        let https = HttpsServer::start().await;
        let id = https.url("/app.json");
        let mut all = json!({ "client_id_metadata_documents": { "enabled": true } });
        for (name, value) in settings.as_object().unwrap() {
            all[name] = value.clone();
        }
        let server = TestServer::with(https.settings(&all)).await;
        // Stopped: a second that passes would move the ends of copies.
        server.advance(0);
        let site = Self { server, https, id };
        site.publish(&json!({}));
        site
    }

    /// A good document, changed: null takes a member away.
    pub fn document(&self, changes: &Value) -> Value {
        let mut document = json!({
            "client_id": self.id,
            "client_name": "The travelling app",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
        });
        for (name, value) in changes.as_object().unwrap() {
            document[name] = value.clone();
        }
        let members = document.as_object_mut().unwrap();
        members.retain(|_, value| !value.is_null());
        document
    }

    pub fn publish(&self, changes: &Value) {
        let reply = Reply::json(&self.document(changes));
        self.https.serve("/app.json", reply);
    }

    pub fn request(&self) -> Authorize {
        Authorize::of(&self.id, CALLBACK).with("scope", "openid")
    }

    /// The first answer to an authorization request.
    pub async fn authorize(&self) -> Answer {
        self.server.get(&self.request().path()).await
    }

    /// PAGE(400), and no client is stored.
    pub async fn assert_refused(&self) {
        self.authorize().await.assert_page(400);
        assert_eq!(self.rows().await, []);
    }

    /// The rows of documents.
    pub async fn rows(&self) -> Vec<oauth_clients::Model> {
        let all = oauth_clients::Entity::find().all(&self.server.ctx.db).await;
        { all.unwrap() }
            .into_iter()
            .filter(|row| row.kind == "cimd")
            .collect()
    }

    /// Redeems a code of the client, as a public one unless `more` proves it.
    pub async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", self.id.as_str()),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let form = [form.as_slice(), more].concat();
        self.server.post("/oauth/token", &form).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", self.id.as_str()),
            ("refresh_token", token),
        ];
        self.server.post("/oauth/token", &form).await
    }
}

/// CI-07: whose document it is stands on the page, and that nobody vouches for it.
#[tokio::test(flavor = "multi_thread")]
async fn c162_a_client_by_the_url_of_its_document() {
    let site = Site::start().await;
    let mut browser = site.server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&site.request()).await;
    page.assert_page(200);
    let shown = |text: &str| page.body.contains(text);
    assert!(shown("The travelling app"), "{}", page.body);
    assert!(shown("<p class=\"client-host\"><bdi>localhost</bdi></p>"));
    assert!(shown("client.example"), "where it leads");
    assert!(shown("Nobody here has checked this app"));
    assert!(shown("a different host than the one this app is known by"));
    assert!(!shown("describes itself from this device"));
    let answer = browser.allow(&page).await;
    let code = answer.location_param("code").unwrap();
    let (back, _) = answer.location().split_once('?').unwrap();
    assert_eq!(back, CALLBACK);
    let tokens = site.redeem(&code, &[]).await.ok();
    site.refresh(tokens["refresh_token"].as_str().unwrap())
        .await
        .ok();
    assert_eq!(site.https.connections(), 1, "fetched once");
    let rows = site.rows().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].client_id.as_str(), rows[0].version),
        (site.id.as_str(), 1)
    );
    // Asked again each time: nobody can say who redeems the code.
    let page = browser.authorize(&site.request()).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
}

/// CI-07: a document for programs on the person's device.
#[tokio::test(flavor = "multi_thread")]
async fn ci_07_a_document_of_a_program_on_the_device() {
    let site = Site::start().await;
    site.publish(&json!({ "redirect_uris": ["http://127.0.0.1/cb", "http://localhost/cb"] }));
    let mut browser = site.server.browser();
    browser.sign_in().await;
    let request = site
        .request()
        .with("redirect_uri", "http://127.0.0.1:51004/cb");
    let page = browser.authorize(&request).await;
    page.assert_page(200);
    assert!(page.body.contains("describes itself from this device"));
    assert!(!page.body.contains("a different host"));
    let location = browser.allow(&page).await;
    assert!(location.location().starts_with("http://127.0.0.1:51004/cb"));
}

#[tokio::test(flavor = "multi_thread")]
async fn c169_a_redirect_uri_that_is_not_in_the_document() {
    let site = Site::start().await;
    // The first look keeps a copy of the document (CI-05), and nothing else.
    let empty = site.server.rows().await;
    let wrong = site.request().with("redirect_uri", "https://evil.example/");
    site.server.get(&wrong.path()).await.assert_page(400);
    assert_eq!(site.server.rows().await, empty);
    assert_eq!(site.rows().await.len(), 1);
    let before = site.server.everything().await;
    for uri in [
        "https://client.example/other",
        "https://client.example/cb/",
        "https://evil.example/",
    ] {
        let request = site.request().with("redirect_uri", uri);
        let answer = site.server.get(&request.path()).await;
        answer.assert_page(400);
        assert!(!answer.body.contains(&format!("href=\"{uri}")));
    }
    assert_eq!(site.server.everything().await, before);
}

/// Client ID Metadata Document §5, §6.5.
#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_says_whether_documents_are_accepted() {
    let member = "client_id_metadata_document_supported";
    let path = "/.well-known/oauth-authorization-server";
    let site = Site::start().await;
    assert_eq!(site.server.get(path).await.ok()[member], true);
    let server = TestServer::start().await;
    assert!(server.get(path).await.ok().get(member).is_none());
}
