//! A document whose host is away, busy, or answers something else (CI-05, CI-06).

use rstest::rstest;
use serde_json::{Value, json};

use super::Site;
use crate::app::{
    https::{Reply, ReplyBody},
    server::Answer,
    tokens::text,
};

/// An hour: how long a copy is fresh without headers.
const FRESH: i64 = 3600;
const DAY: i64 = 24 * 3600;

/// What hosts answer when they do not answer.
fn nonsense(what: &str) -> Reply {
    let html = "<html><title>Just a moment...</title></html>";
    match what {
        "wall" => Reply::text(html).with("content-type", "text/html; charset=utf-8"),
        "wall as JSON" => Reply::text(html),
        "cut" => Reply::text("{\"client_id\": \"https://loc"),
        "redirect" => Reply::status(302).with("location", "/challenge"),
        "large" => Reply::text(&" ".repeat(6000)),
        "silent" => Reply::text("").body(ReplyBody::Silent),
        status => Reply::status(status.parse().unwrap()),
    }
}

impl Site {
    /// A refresh token, while all is well.
    async fn refresh_token(&self) -> String {
        let code = self.server.browser().code(&self.request()).await;
        let tokens = self.redeem(&code, &[]).await.ok();
        text(&tokens, "refresh_token").to_owned()
    }

    /// The next refresh token.
    async fn refreshed(&self, token: &str) -> String {
        let tokens = self.refresh(token).await.ok();
        text(&tokens, "refresh_token").to_owned()
    }

    /// Events of this name since the last look.
    fn heard(&self, name: &str) -> Vec<Value> {
        let events = self.server.oauth().events.take().into_iter();
        let of_name = events.filter(|event| event.event.as_str() == name);
        of_name
            .map(|event| serde_json::to_value(event).unwrap())
            .collect()
    }
}

/// PAGE(503) that names the host, and does not say that anybody is unknown.
#[track_caller]
fn assert_unread(answer: &Answer) {
    answer.assert_page(503);
    assert!(answer.header("retry-after").is_some());
    let body = &answer.body;
    assert!(body.contains("temporarily_unavailable"), "{body}");
    assert!(body.contains("from localhost"), "names the host: {body}");
    assert!(
        !body.contains("know this app") && !body.contains("not registered"),
        "{body}"
    );
}

#[track_caller]
fn assert_busy(answer: &Answer) {
    answer.assert_error(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
}

#[rstest]
#[case::unavailable("503")]
#[case::error("500")]
#[case::too_many("429")]
#[case::forbidden("403")]
#[case::gone("404")]
#[case::wall("wall")]
#[case::wall_as_json("wall as JSON")]
#[case::cut("cut")]
#[case::redirect("redirect")]
#[case::large("large")]
#[case::silent("silent")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_copy_serves_for_a_day_while_its_host_answers_nonsense(#[case] what: &str) {
    let site = Site::start().await;
    let token = site.refresh_token().await;
    site.https.serve("/app.json", nonsense(what));
    site.server.advance(FRESH);
    let asked = site.https.requests().len();
    assert_eq!(site.authorize().await.status, 303, "{what}");
    assert_eq!(site.https.requests().len(), asked + 1, "it was asked");
    let told = site.heard("client.stale_copy_used");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["client_id"], json!(site.id));
    assert_eq!(told[0]["details"]["copy"], "document");
    assert!(
        told[0]["details"]["error"]
            .as_str()
            .is_some_and(|error| !error.is_empty())
    );
    let token = site.refreshed(&token).await;
    // The last second, and the one after it.
    site.server.advance(DAY - 1);
    assert_eq!(site.authorize().await.status, 303);
    let token = site.refreshed(&token).await;
    site.server.advance(60);
    assert_unread(&site.authorize().await);
    assert_busy(&site.refresh(&token).await);
    // Nothing was ended: it goes on when the host is back.
    site.server.advance(60);
    site.publish(&json!({}));
    assert_eq!(site.authorize().await.status, 303);
    site.refreshed(&token).await;
}

/// Nobody listens any more.
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_host_that_cannot_be_reached() {
    let site = Site::start().await;
    let token = site.refresh_token().await;
    let request = site.request();
    let Site { server, https, id } = site;
    drop(https);
    let refresh = async |token: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", id.as_str()),
            ("refresh_token", token),
        ];
        server.post("/oauth/token", &form).await
    };
    server.advance(FRESH + 1);
    assert_eq!(server.get(&request.path()).await.status, 303);
    let tokens = refresh(&token).await.ok();
    server.advance(DAY);
    assert_unread(&server.get(&request.path()).await);
    assert_busy(&refresh(text(&tokens, "refresh_token")).await);
    let revoke = [("client_id", id.as_str()), ("token", "x")];
    assert_busy(&server.post("/oauth/revoke", &revoke).await);
}

#[rstest]
#[case::unavailable("503")]
#[case::too_many("429")]
#[case::forbidden("403")]
#[case::gone("404")]
#[case::wall("wall")]
#[case::wall_as_json("wall as JSON")]
#[case::silent("silent")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_without_a_copy_the_page_names_the_host(#[case] what: &str) {
    let site = Site::start().await;
    site.https.serve("/app.json", nonsense(what));
    assert_unread(&site.authorize().await);
    assert_eq!(site.rows().await, []);
    site.publish(&json!({}));
    assert_eq!(site.authorize().await.status, 303, "failures are not kept");
}

/// What this server never fetches is no trouble of the moment (C165 to C167).
#[rstest]
#[case::redirect("redirect")]
#[case::large("large")]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_what_is_against_the_rules_of_fetching_stays_refused(#[case] what: &str) {
    let site = Site::start().await;
    site.https.serve("/app.json", nonsense(what));
    site.authorize().await.assert_page(400);
    assert_eq!(site.rows().await, []);
}

/// CI-06: what was read and is no client any more blocks what is new, and ends nothing.
#[rstest]
#[case::other_id(json!({ "client_id": "https://other.example/app.json" }))]
#[case::no_id(json!({ "client_id": null }))]
#[case::no_redirect_uris(json!({ "redirect_uris": [] }))]
#[case::script(json!({ "redirect_uris": ["javascript:alert(1)"] }))]
#[case::secret(json!({ "client_secret": "oops" }))]
#[case::nameless(json!({ "client_name": null }))]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_document_that_does_not_validate_blocks_new_authorizations(#[case] changes: Value) {
    let site = Site::start().await;
    let token = site.refresh_token().await;
    site.server.advance(FRESH);
    site.publish(&changes);
    site.authorize().await.assert_page(400);
    assert_eq!(site.heard("client.stale_copy_used").len(), 0);
    let token = site.refreshed(&token).await;
    assert_eq!(site.heard("client.stale_copy_used").len(), 1);
    // Not for ever: nobody says any more that there is such a client.
    site.server.advance(DAY);
    site.authorize().await.assert_page(400);
    site.refresh(&token)
        .await
        .assert_error(401, "invalid_client");
    // The grant stays (CI-06).
    site.publish(&json!({}));
    site.refreshed(&token).await;
}

#[rstest]
#[case::none(0)]
#[case::short(600)]
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_how_long_a_copy_serves_is_a_setting(#[case] stale: i64) {
    let site = Site::with(&json!({
        "client_id_metadata_documents": { "enabled": true, "stale_seconds": stale },
    }))
    .await;
    let token = site.refresh_token().await;
    site.https.serve("/app.json", Reply::status(503));
    site.server.advance(FRESH + stale - 1);
    assert_eq!(site.authorize().await.status, 303);
    site.server.advance(1);
    assert_unread(&site.authorize().await);
    assert_busy(&site.refresh(&token).await);
}

/// A setting of the operator is no trouble of the host.
#[tokio::test(flavor = "multi_thread")]
async fn s_c7_a_denied_host_is_refused_with_or_without_a_copy() {
    let site = Site::start().await;
    let token = site.refresh_token().await;
    site.server.advance(FRESH);
    let settings = site.https.settings(&json!({
        "base_url": site.server.oauth().settings.base_url,
        "client_id_metadata_documents": { "enabled": true, "denied_hosts": ["localhost."] },
    }));
    let twin = site.server.twin(settings).await;
    twin.get(&site.request().path()).await.assert_page(400);
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", site.id.as_str()),
        ("refresh_token", token.as_str()),
    ];
    let answer = twin.post("/oauth/token", &form).await;
    answer.assert_error(401, "invalid_client");
}

/// The page, the log: the host's trouble is a cause, not what was expected, and nobody's fault.
#[tokio::test(flavor = "multi_thread")]
async fn s_d7_the_cause_stands_as_the_cause() {
    let site = Site::with(&json!({ "developer_errors": true })).await;
    site.https.serve("/app.json", Reply::status(503));
    let page = site.authorize().await;
    assert_unread(&page);
    let after = |label: &str| {
        let start = page.body.find(&format!("<dt>{label}</dt>"));
        let rest = &page.body[start.unwrap_or_else(|| panic!("{label}: {}", page.body))..];
        rest[..rest.find("</dd>").unwrap()].to_owned()
    };
    assert!(
        after("Cause").contains("the status is 503"),
        "{}",
        page.body
    );
    assert!(!after("Expected").contains("the status is 503"));
    assert!(after("Expected").contains("200"));
    assert!(after("What to do").contains("could not be read from its host"));
    let refused = site.heard("request.refused");
    let details = &refused[0]["details"];
    assert_eq!(details["code"], "temporarily_unavailable");
    assert_eq!(details["source"], "the status is 503");
    assert!(!details["expected"].as_str().unwrap().contains("503"));
}

/// In production the page says as much as a person needs.
#[tokio::test(flavor = "multi_thread")]
async fn s_d7_a_page_without_developer_errors_has_no_cause() {
    let site = Site::start().await;
    site.https.serve("/app.json", Reply::status(503));
    let page = site.authorize().await;
    assert_unread(&page);
    assert!(!page.body.contains("the status is"), "{}", page.body);
}

#[rstest]
#[case::en("en", "from localhost")]
#[case::de("de", "von localhost")]
#[case::es("es", "de localhost")]
#[case::fr("fr", "sur localhost")]
#[case::ja("ja", "localhost から")]
#[case::pt("pt-BR", "em localhost")]
#[case::zh("zh-CN", "从 localhost")]
#[tokio::test(flavor = "multi_thread")]
async fn s_d7_the_host_is_named_in_every_language(#[case] language: &str, #[case] named: &str) {
    let site = Site::start().await;
    site.https.serve("/app.json", Reply::status(503));
    let request = site
        .server
        .http
        .get(site.server.url(&site.request().path()));
    let page = site
        .server
        .send(request.header("accept-language", language))
        .await;
    page.assert_page(503);
    assert!(page.body.contains(named), "{}", page.body);
}

/// The document at the token endpoint: the message of a client.
#[tokio::test(flavor = "multi_thread")]
async fn s_d7_the_description_blames_nobody() {
    let site = Site::start().await;
    let token = site.refresh_token().await;
    site.https.serve("/app.json", Reply::status(503));
    site.server.advance(FRESH + DAY);
    let answer = site.refresh(&token).await;
    assert_busy(&answer);
    let description = answer.json()["error_description"].clone();
    assert_eq!(
        description,
        "The metadata document of the client could not be read from its host; try again later"
    );
}
