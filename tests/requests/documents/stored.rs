//! Ids that begin with https and are stored, or not wanted (CI-01, C171).

use loco_oauth_server::internals::protocol::client::{Client, ClientKind};
use sea_orm::Set;
use serde_json::json;

use super::{CALLBACK, Site};
use crate::app::{
    browser::Authorize,
    fixtures::{self, CONF_CB},
    server::TestServer,
};

#[tokio::test(flavor = "multi_thread")]
async fn c171_stored_clients_win_over_documents() {
    let site = Site::with(&json!({ "clients": [{
        "client_id": "https://static.example/app.json",
        "redirect_uris": [CONF_CB],
    }]}))
    .await;
    for (path, kind) in [
        ("/operator.json", ClientKind::Operator),
        ("/dynamic.json", ClientKind::Dynamic),
    ] {
        let id = site.https.url(path);
        let client = Client {
            kind,
            ..fixtures::client(&id, &[CONF_CB])
        };
        fixtures::insert(&site.server, &client).await;
        let before = site.server.oauth().clients.find(&id).await.unwrap();
        let request = Authorize::of(&id, CONF_CB);
        assert_eq!(site.server.get(&request.path()).await.status, 303);
        assert_eq!(site.server.oauth().clients.find(&id).await.unwrap(), before);
    }
    let request = Authorize::of("https://static.example/app.json", CONF_CB);
    let request = request.with("scope", "openid");
    assert_eq!(site.server.get(&request.path()).await.status, 303);
    assert_eq!(site.https.connections(), 0);
    assert_eq!(site.rows().await, []);
}

/// CI-01: without the feature such an id is unknown, and copies of documents are nobody.
#[tokio::test(flavor = "multi_thread")]
async fn ci_01_documents_are_off_by_default() {
    let server = TestServer::start().await;
    let id = "https://client.example/app.json";
    let request = Authorize::of(id, CALLBACK).with("scope", "openid");
    server.get(&request.path()).await.assert_page(400);
    let copy = Client {
        kind: ClientKind::Cimd,
        ..fixtures::client(id, &[CALLBACK])
    };
    fixtures::insert(&server, &copy).await;
    server.get(&request.path()).await.assert_page(400);
    let form = [("grant_type", "client_credentials"), ("client_id", id)];
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(401, "invalid_client");
}

/// AZ-08: what the operator switched off stays off, whatever its document says.
#[tokio::test(flavor = "multi_thread")]
async fn az_08_a_disabled_client_is_not_fetched() {
    let site = Site::start().await;
    assert_eq!(site.authorize().await.status, 303);
    site.server
        .change_client(&site.id, |row| {
            row.status = Set("disabled".to_owned());
            row.document_expires_at = Set(Some(0));
        })
        .await;
    site.authorize().await.assert_page(400);
    assert_eq!(site.https.connections(), 1);
}
