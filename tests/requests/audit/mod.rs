//! Audit events.

mod lines;
mod others;
mod subscribers;

use loco_oauth_server::events::{AuditEvent, Outcome, RuleId};

use crate::app::{
    browser::{Authorize, Form},
    fixtures::{ALICE, CONF_CB, PASSWORD},
    server::{Answer, Basic, TestServer},
    tokens::text,
    users,
};

impl TestServer {
    /// The events since the last call, without those of other kinds.
    pub fn events(&self, names: &[&str]) -> Vec<AuditEvent> {
        let events = self.oauth().events.take();
        assert!(!events.is_empty(), "no event at all");
        let wanted = |event: &AuditEvent| names.contains(&event.event.as_str());
        events.into_iter().filter(wanted).collect()
    }

    /// The only event of its kind since the last call.
    #[track_caller]
    pub fn event(&self, name: &str) -> AuditEvent {
        let events = self.oauth().events.take();
        let of_name = |event: &&AuditEvent| event.event.as_str() == name;
        let mut found = events.iter().filter(of_name);
        let first = found.next();
        assert!(found.next().is_none(), "{name} twice: {events:?}");
        first
            .unwrap_or_else(|| panic!("no {name}: {events:?}"))
            .clone()
    }
}

fn names(events: &[AuditEvent]) -> Vec<&str> {
    events.iter().map(|event| event.event.as_str()).collect()
}

/// The fields that every event of a person at a client has.
#[track_caller]
fn assert_about_alice(event: &AuditEvent, alice: &users::Model) {
    assert_eq!(event.v, 1);
    assert!(event.at.as_seconds() > 1_700_000_000, "{event:?}");
    assert_eq!(event.reference_id.len(), 36, "{event:?}");
    assert_eq!(event.user_id.as_deref(), Some(&*alice.id.to_string()));
    assert_eq!(event.ip_prefix.as_deref(), Some("127.0.0.0/24"));
}

/// The fields that every event of a grant of `conf` has.
#[track_caller]
fn assert_of_grant(event: &AuditEvent, grant: i64, outcome: Outcome) {
    assert_eq!(event.grant_id, Some(grant), "{event:?}");
    assert_eq!(event.outcome, outcome, "{event:?}");
    assert_eq!(event.client_id.as_deref(), Some("conf"), "{event:?}");
    assert!(event.at.as_seconds() > 1_700_000_000, "{event:?}");
    assert_eq!(event.reference_id.len(), 36, "{event:?}");
    assert_eq!(event.ip_prefix.as_deref(), Some("127.0.0.0/24"));
}

#[tokio::test(flavor = "multi_thread")]
async fn c270_every_step_of_a_flow_is_an_event() {
    let server = TestServer::start().await;
    let alice = server.user(ALICE).await.unwrap();
    let request = Authorize::base().with("scope", "openid email read");

    let code = server.browser().code(&request).await;
    let events = server.events(&["login.succeeded", "consent.granted", "code.issued"]);
    assert_eq!(
        names(&events),
        ["login.succeeded", "consent.granted", "code.issued"]
    );
    for event in &events {
        assert_about_alice(event, &alice);
        assert_eq!(event.outcome, Outcome::Ok);
        assert_eq!(event.subject.as_deref(), Some(&*alice.pid.to_string()));
        assert_eq!(event.sid.as_deref().map(str::len), Some(22));
        assert_eq!(event.client_id.as_deref(), Some("conf"));
    }
    let grant = server.grants().await.remove(0);
    assert_eq!(events[2].grant_id, Some(grant.id));
    assert_eq!(events[2].client_id.as_deref(), Some("conf"));
    assert_eq!(events[1].scopes, ["openid", "email", "read"]);

    let tokens = server.redeem(&code).await.ok();
    let events = server.events(&["code.redeemed", "token.issued"]);
    assert_eq!(names(&events), ["code.redeemed", "token.issued"]);
    for event in &events {
        assert_about_alice(event, &alice);
        assert_of_grant(event, grant.id, Outcome::Ok);
    }
    let stored = &server.access_tokens().await.remove(0).token_hash;
    let [a, b, c, d, ..] = stored[..] else {
        panic!("{stored:?}")
    };
    let digits = format!("{a:02x}{b:02x}{c:02x}{d:02x}");
    assert_eq!(events[1].token_ref, Some(digits));

    let first = text(&tokens, "refresh_token");
    let tokens = server.refresh(first).await.ok();
    let refreshed = server.event("token.refreshed");
    assert_about_alice(&refreshed, &alice);
    assert_of_grant(&refreshed, grant.id, Outcome::Ok);
    server.refresh(first).await.ok();
    assert_eq!(server.event("token.retried").grant_id, Some(grant.id));
    let second = text(&tokens, "refresh_token");
    server.refresh(second).await.ok();
    server
        .refresh(first)
        .await
        .assert_error(400, "invalid_grant");
    let replay = server.event("refresh.replayed");
    assert_eq!(replay.rule, Some(RuleId::new("TK-21")));
    assert_of_grant(&replay, grant.id, Outcome::Denied);
    assert_about_alice(&replay, &alice);

    server
        .redeem(&code)
        .await
        .assert_error(400, "invalid_grant");
    // The family is revoked already: the replay changes nothing any more.
    assert_eq!(
        server.event("request.refused").rule,
        Some(RuleId::new("TK-15"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c270_refused_logins_codes_and_consents_are_events() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    browser.log_in(&page, ALICE, "wrong").await;
    let failed = server.event("login.failed");
    assert_eq!(failed.outcome, Outcome::Denied);
    assert_eq!(failed.client_id.as_deref(), Some("conf"));
    assert!(failed.at.as_seconds() > 1_700_000_000, "{failed:?}");
    assert_eq!(failed.reference_id.len(), 36, "{failed:?}");
    assert_eq!(failed.ip_prefix.as_deref(), Some("127.0.0.0/24"));
    assert_eq!(failed.details["login"], "a…@example.com");

    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    let deny = Form::of_consent(&page).set("decision", "deny");
    let answer = browser.submit(&deny).await;
    answer.assert_back(CONF_CB, "access_denied");
    assert_eq!(server.event("consent.denied").scopes, ["openid", "read"]);

    let code = server.code().await;
    server.redeem(&code).await.ok();
    server.oauth().events.take();
    server
        .redeem(&code)
        .await
        .assert_error(400, "invalid_grant");
    let replayed = server.event("code.replayed");
    assert_eq!(replayed.rule, Some(RuleId::new("TK-15")));
    let grant = server.grants().await.remove(0).id;
    assert_of_grant(&replayed, grant, Outcome::Denied);

    let code = server.code().await;
    let form = crate::app::tokens::redemption(&code, &[]);
    let answer = server.as_client("other", "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
    assert_eq!(
        server.event("code.foreign").client_id.as_deref(),
        Some("other")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c270_machines_revocations_and_sign_outs_are_events() {
    let server = TestServer::start().await;
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    server.as_client("m2m", "/oauth/token", &form).await.ok();
    let issued = server.event("token.issued");
    assert_eq!(issued.client_id.as_deref(), Some("m2m"));
    assert_eq!(issued.scopes, ["jobs"]);
    assert_eq!(issued.user_id, None);

    let tokens = server.tokens(&Authorize::base()).await;
    server.revoke(text(&tokens, "access_token")).await;
    assert_of_grant(&server.event("token.revoked"), 1, Outcome::Ok);
    let form = [("token", text(&tokens, "refresh_token"))];
    server.as_client("other", "/oauth/revoke", &form).await;
    assert_eq!(
        server.event("request.refused").rule,
        Some(RuleId::new("RV-02"))
    );
    server.revoke(text(&tokens, "refresh_token")).await;
    assert_of_grant(&server.event("token.revoked"), 1, Outcome::Ok);

    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get("/oauth/logout").await;
    let form = Form::of(&page).set("action", "sign_out");
    browser.submit(&form).await;
    assert_eq!(server.event("logout").details["reason"], "sign_out");

    let page = server.browser().get("/oauth/signup").await;
    assert_eq!(page.status, 200);
    let mut browser = server.browser();
    let page = browser.get("/oauth/signup").await;
    let form = Form::of(&page)
        .set("email", "carol@example.com")
        .set("password", PASSWORD);
    browser.submit(&form).await;
    let events = server.events(&["signup", "login.succeeded"]);
    assert_eq!(names(&events), ["signup", "login.succeeded"]);
}

/// What the operator finds under the id that the person reads to them.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_found_by_its_reference() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("redirect_uri", "https://evil.example/cb");
    let answer = server.get(&request.path()).await;
    answer.assert_page(400);
    let reference = answer.header("x-request-id").unwrap().to_owned();
    assert!(answer.body.contains(&reference), "{answer:?}");

    let events = server.events(&["request.refused", "redirect.refused"]);
    assert_eq!(names(&events), ["redirect.refused", "request.refused"]);
    for event in &events {
        assert_eq!(event.reference_id, reference);
        assert_eq!(event.rule, Some(RuleId::new("AZ-12")));
        assert_eq!(event.client_id.as_deref(), Some("conf"));
    }
    let details = &events[1].details;
    assert_eq!(details["endpoint"], "/oauth/authorize");
    assert_eq!(details["method"], "GET");
    assert_eq!(details["status"], 400);
    assert_eq!(details["code"], "invalid_request");
    assert!(details["section"].as_str().unwrap().contains("RFC 9700"));
    assert_eq!(details["received"], "https://evil.example/cb");
    assert_eq!(
        details["expected"],
        format!("one of, byte for byte: {CONF_CB}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_client_authentication_is_an_event() {
    let server = TestServer::start().await;
    let form = [("grant_type", "client_credentials")];
    let answer = server
        .post_as(Basic::of("m2m", "wrong"), "/oauth/token", &form)
        .await;
    answer.assert_error(401, "invalid_client");
    let events = server.events(&["request.refused", "client_auth.failed"]);
    assert_eq!(names(&events), ["client_auth.failed", "request.refused"]);
    for event in events {
        assert_eq!(event.rule, Some(RuleId::new("CA-02")));
        assert_eq!(event.client_id.as_deref(), Some("m2m"));
    }
    // An unknown client at the authorization endpoint did not try to authenticate.
    let path = Authorize::of("nobody", CONF_CB).path();
    let answer: Answer = server.get(&path).await;
    answer.assert_page(400);
    assert!(server.events(&["client_auth.failed"]).is_empty());
}

/// A fault is an error of its own beside the refusal it leads to.
#[tokio::test(flavor = "multi_thread")]
async fn a_failing_database_is_an_event() {
    use sea_orm::ConnectionTrait;
    let server = TestServer::start().await;
    let drop = "DROP TABLE oauth_access_tokens";
    server.ctx.db.execute_unprepared(drop).await.unwrap();
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    let answer = server.as_client("m2m", "/oauth/token", &form).await;
    answer.assert_error(500, "server_error");
    let events = server.events(&["request.refused", "storage.failed"]);
    assert_eq!(names(&events), ["storage.failed", "request.refused"]);
    for event in events {
        assert_eq!(event.outcome, Outcome::Error);
        assert_eq!(Some(&*event.reference_id), answer.header("x-request-id"));
    }
}
