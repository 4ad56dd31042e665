//! C270: what operators, clients and keys do, and what people take back.

use std::time::Duration;

use loco_oauth_server::{
    events::{AuditEvent, Outcome},
    internals::keys::KeyState,
};
use serde_json::json;

use super::assert_about_alice;
use crate::app::{
    browser::{Authorize, Form},
    fixtures::ALICE,
    server::TestServer,
};

#[tokio::test(flavor = "multi_thread")]
async fn c270_what_a_person_takes_back_is_an_event() {
    let server = TestServer::start().await;
    let alice = server.user(ALICE).await.unwrap();
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base()).await;
    server.redeem(&code).await.ok();
    let consent = server.consents().await.remove(0);
    let page = browser.get("/oauth/apps").await;
    let form = Form::all(&page).into_iter();
    let form = { form }
        .find(|form| form.action.ends_with("/revoke"))
        .unwrap();
    server.oauth().events.take();
    let answer = browser.submit(&form).await;
    assert_eq!(answer.status, 303);
    let event = server.event("consent.revoked");
    assert_about_alice(&event, &alice);
    assert_eq!(event.outcome, Outcome::Ok);
    assert_eq!(event.client_id.as_deref(), Some(&*consent.client_id));
    assert_eq!(Some(&*event.reference_id), answer.header("x-request-id"));
}

/// Who, when, which client and whence; nothing of its secrets.
#[tokio::test(flavor = "multi_thread")]
async fn c270_the_life_of_a_client_is_events() {
    let server = TestServer::with(json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let mut metadata = json!({ "redirect_uris": ["https://new.example/cb"] });
    let client = server.registered(&metadata).await;
    let registered = server.event("client.registered");
    metadata["client_id"] = client["client_id"].clone();
    metadata["client_name"] = json!("Renamed");
    server.manage("PUT", &client, Some(&metadata)).await.ok();
    let changed = server.event("client.changed");
    assert_eq!(server.manage("DELETE", &client, None).await.status, 204);
    let deleted = server.event("client.deleted");
    for event in [registered, changed, deleted] {
        assert_of_client(&event, client["client_id"].as_str().unwrap());
        assert_eq!(event.ip_prefix.as_deref(), Some("127.0.0.0/24"));
        assert_eq!(event.reference_id.len(), 36, "{event:?}");
    }
}

/// The same by an operator's tasks, which have no address.
#[tokio::test(flavor = "multi_thread")]
async fn c270_what_operators_do_to_clients_is_events() {
    let server = TestServer::start().await;
    let create = [
        ("id", "new"),
        ("name", "The new app"),
        ("redirect_uris", "https://new.example/cb"),
    ];
    server.task("oauth:client:create", &create).await.unwrap();
    assert_of_client(&server.event("client.registered"), "new");
    for (task, more, name) in [
        ("oauth:client:rotate_secret", None, "client.secret_rotated"),
        ("oauth:client:disable", None, "client.disabled"),
        (
            "oauth:client:disable",
            Some(("enable", "true")),
            "client.changed",
        ),
    ] {
        let arguments: Vec<_> = std::iter::once(("id", "new")).chain(more).collect();
        server.task(task, &arguments).await.unwrap();
        assert_of_client(&server.event(name), "new");
    }
    let delete = [("id", "new"), ("yes", "true")];
    server.task("oauth:client:delete", &delete).await.unwrap();
    assert_of_client(&server.event("client.deleted"), "new");
}

#[track_caller]
fn assert_of_client(event: &AuditEvent, client_id: &str) {
    assert_eq!(event.outcome, Outcome::Ok, "{event:?}");
    assert_eq!(event.client_id.as_deref(), Some(client_id), "{event:?}");
    assert!(event.at.as_seconds() > 1_700_000_000, "{event:?}");
    let text = serde_json::to_string(event).unwrap();
    assert!(
        !text.contains("loco_cs_") && !text.contains("loco_ra_"),
        "{text}"
    );
}

impl TestServer {
    /// The event of this name that comes of a look at the keys, behind a request that signs.
    async fn after_a_look(&self, name: &str) -> Option<AuditEvent> {
        self.tokens(&Authorize::base()).await;
        let mut events = Vec::new();
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            events.extend(self.oauth().events.take());
            let mut found = events.iter().filter(|event| event.event.as_str() == name);
            if let Some(event) = found.next() {
                assert!(found.next().is_none(), "{name} twice");
                return Some(event.clone());
            }
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c270_a_rotation_is_events() {
    let directory = tempfile::tempdir().unwrap();
    let keys = json!({ "directory": directory.path(), "id_token_alg": "ES256" });
    let server = TestServer::with(json!({ "keys": keys })).await;
    server.advance(0);
    let old = server.kid(KeyState::Active);
    server.oauth().events.take();
    server.task("oauth:keys:rotate", &[]).await.unwrap();
    let created = server.event("key.created");
    let new = server.kid(KeyState::Next);
    // A running server looks at its keys once in a minute, when somebody needs one.
    server.advance(60);
    server.after_a_look("").await;
    server.advance(86_400);
    let activated = server.after_a_look("key.activated").await;
    server.advance(7200);
    let retired = server.after_a_look("key.retired").await;
    let told = [
        (created, &new),
        (activated.unwrap(), &new),
        (retired.unwrap(), &old),
    ];
    for (event, kid) in told {
        assert_eq!(event.outcome, Outcome::Ok);
        assert_eq!(event.details["kid"], kid.as_str(), "{event:?}");
        assert!(event.at.as_seconds() > 1_700_000_000, "{event:?}");
    }
}
