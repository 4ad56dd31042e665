//! Assertions and redactions: they notice.

use std::panic::{AssertUnwindSafe, catch_unwind};

use insta::{assert_snapshot, assert_yaml_snapshot, with_settings};
use loco_oauth_server::testing::{
    Step, assert_no_store, assert_oauth_error, assert_page, captured_events, location, redactions,
    shown,
};

use super::Kit;

async fn refused(kit: &Kit) -> loco_oauth_server::testing::TestResponse {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "nobody"),
    ];
    kit.request.post("/oauth/token").form(&form).await
}

#[tokio::test]
async fn answers_that_are_as_they_must_be() {
    let kit = Kit::start().await;
    assert_oauth_error(&refused(&kit).await, 401, "invalid_client");
    let page = kit.request.get("/oauth/login").await;
    assert_page(&page, 200);
    assert_no_store(&page);
    let consent = kit.flow().stop_at(Step::Consent).run().await;
    assert!(consent.page().url.contains("interaction="));
}

#[tokio::test]
async fn audit_events_are_captured_once() {
    let kit = Kit::start().await;
    captured_events(&kit.ctx);
    refused(&kit).await;
    let events = captured_events(&kit.ctx);
    let names: Vec<_> = events.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(names, ["client_auth.failed", "request.refused"]);
    assert!(captured_events(&kit.ctx).is_empty());
}

#[tokio::test]
#[should_panic(expected = "invalid_client")]
async fn another_code_is_noticed() {
    let kit = Kit::start().await;
    assert_oauth_error(&refused(&kit).await, 401, "invalid_grant");
}

#[tokio::test]
#[should_panic(expected = "401")]
async fn another_status_is_noticed() {
    let kit = Kit::start().await;
    assert_oauth_error(&refused(&kit).await, 400, "invalid_client");
}

#[tokio::test]
#[should_panic(expected = "text/html")]
async fn json_is_no_page() {
    let kit = Kit::start().await;
    assert_page(&refused(&kit).await, 401);
}

#[tokio::test]
#[should_panic(expected = "invalid_client")]
async fn a_refusal_is_no_redirect() {
    let kit = Kit::start().await;
    location(&refused(&kit).await);
}

#[tokio::test]
async fn metadata_may_be_stored_and_that_is_noticed() {
    let kit = Kit::start().await;
    let metadata = kit.request.get("/.well-known/openid-configuration").await;
    let stored = catch_unwind(AssertUnwindSafe(|| assert_no_store(&metadata)));
    assert!(stored.is_err());
}

/// Two runs differ in every value that the filters name, so a passing snapshot shows that they
/// catch it.
#[tokio::test]
async fn snapshots_are_stable_with_redactions() {
    let kit = Kit::start().await;
    let tokens = kit.flow().scope("openid email").run().await;
    let consent = kit.flow().stop_at(Step::Consent).run().await;
    let hidden: Vec<_> = consent.form().fields;
    let code = kit.flow().stop_at(Step::Code).run().await;
    let filters = redactions();
    let refreshed = shown(&tokens.try_refresh().await);
    with_settings!({ filters => filters, prepend_module_to_snapshot => false, omit_expression => true, sort_maps => true }, {
        assert_yaml_snapshot!("kit_tokens", tokens.body);
        assert_yaml_snapshot!("kit_claims", tokens.claims);
        assert_yaml_snapshot!("kit_answer", refreshed);
        assert_snapshot!("kit_page", format!("{}\n{}", consent.page().url, field(&consent.page().html())));
        assert_snapshot!("kit_callback", code.page().url);
    });
    assert!(hidden.len() > 2);
}

/// Random values begin and end with anything, and YAML puts quotes around some of them.
#[test]
fn redactions_know_every_form_of_a_random_value() {
    let secret = "-QZ0wyL0Vv5a2HfTq1nA-";
    let claims = serde_json::json!({ "jti": secret, "aud": "client_AAAAAAAAAAAAAAAAAAAAA-" });
    with_settings!({ filters => redactions(), omit_expression => true, sort_maps => true }, {
        assert_yaml_snapshot!(claims, @r"
        aud: [client_id]
        jti: [jti]
        ");
        assert_snapshot!(claims.to_string().replace(':', ": "), @r#"{"aud": "[client_id]","jti": "[jti]"}"#);
    });
}

/// The hidden fields of a page.
fn field(html: &str) -> String {
    let lines = html.lines().filter(|line| line.contains("type=\"hidden\""));
    lines.collect::<Vec<_>>().join("\n")
}
