//! Attempts: who makes them, how often, and what is left of those that fail (BL-03).

use std::time::Duration;

use futures_util::future::join_all;
use loco_oauth_server::internals::{
    operations::tasks::logout_list::LogoutList,
    store::logouts::{self, LogoutJob},
};
use loco_rs::task::Vars;
use rstest::rstest;
use sea_orm::Set;
use serde_json::{Value, json};

use super::{Site, sign_out};
use crate::app::{
    browser::Form,
    https::{Reply, ReplyBody},
    oauth_server::OAuth,
    server::TestServer,
};

/// A site whose client did not hear of a logout: one attempt failed.
async fn undelivered(reply: Reply) -> Site {
    let site = Site::start().await;
    site.https.serve("/logout", reply);
    site.server.advance(0);
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    failed(&site, 1).await;
    site
}

/// Waits until so many attempts have failed.
async fn failed(site: &Site, tries: i64) {
    loop {
        let pending = site.pending().await;
        let pending = &pending[0];
        let error = pending.notice.error.as_deref().unwrap_or("interrupted");
        if pending.job.tries >= tries && !error.contains("interrupted") {
            assert_eq!(pending.job.tries, tries);
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn attempt(server: &TestServer, job: LogoutJob) -> bool {
    let delivery = server.oauth().logouts.deliver(job).await;
    delivery.unwrap().is_success()
}

async fn listed(site: &Site, pairs: &[(&str, &str)]) -> String {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let vars = Vars {
        cli: pairs.iter().map(owned).collect(),
    };
    let task = LogoutList::<OAuth>::default();
    task.report(&site.server.ctx, &vars).await.unwrap()
}

fn event_count(site: &Site, name: &str) -> usize {
    let events = site.server.oauth().events.take();
    let named = events.iter().filter(|event| event.event.as_str() == name);
    named.count()
}

/// After 5, 60 and 600 seconds, and then no more.
#[tokio::test(flavor = "multi_thread")]
async fn c189_bl_03_retries_are_bounded() {
    let site = undelivered(Reply::status(503)).await;
    let server = &site.server;
    let begun = server.now();
    let mut due = Vec::new();
    for tries in 1..=3 {
        let pending = &site.pending().await[0];
        let at = pending
            .notice
            .next_at
            .expect("another attempt")
            .as_seconds();
        due.push(at - server.now());
        assert_eq!(pending.notice.since.as_seconds(), begun);
        assert_eq!(pending.notice.error.as_deref(), Some("the status is 503"));
        server.advance(at - server.now());
        assert!(!attempt(server, pending.job).await);
        failed(&site, tries + 1).await;
    }
    assert_eq!(due, [5, 60, 600]);
    let pending = &site.pending().await[0];
    assert_eq!(pending.notice.next_at, None);
    assert_eq!(site.https.posts().len(), 4);
    let events = server.oauth().events.take();
    let events: Vec<_> = events
        .iter()
        .filter(|event| event.event.as_str() == "logout.undelivered")
        .collect();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].details["error"], "the status is 503");
    assert_eq!(events[0].details["tries"], 4);
    // Neither a restart nor a cleanup tells it again.
    server.advance(700);
    server.oauth().logouts.resume().await.unwrap();
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(site.https.posts().len(), 4);
    assert_eq!(site.pending().await.len(), 1);
    // After a week nobody reads of it any more.
    server.advance(7 * 86_400);
    assert_eq!(site.pending().await, []);
    server.task("oauth:cleanup", &[]).await.unwrap();
}

/// The next attempt comes by itself.
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_the_second_attempt_after_five_seconds() {
    let site = Site::start().await;
    site.https.serve("/logout", Reply::status(500));
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    failed(&site, 1).await;
    site.https.serve("/logout", Reply::status(204));
    site.told(2).await;
    assert_eq!(event_count(&site, "logout.delivered"), 1);
}

/// What is not a success of the client's own address is none.
#[rstest]
#[case::refused(Reply::status(400), "the status is 400")]
#[case::accepted_for_later(Reply::status(202), "the status is 202")]
#[case::redirect(Reply::status(307).with("location", "/elsewhere"), "the status is 307")]
#[case::away(Reply::status(404), "the status is 404")]
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_failures(#[case] reply: Reply, #[case] error: &str) {
    let site = undelivered(reply).await;
    let pending = site.pending().await;
    assert_eq!(pending[0].notice.error.as_deref(), Some(error));
    assert_eq!(site.https.requests().len(), 1, "no redirect is followed");
}

/// What a client answers besides the status is not read: neither waited for nor kept.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_the_body_of_the_answer_does_not_matter(
    #[values(ReplyBody::Endless, ReplyBody::Silent, ReplyBody::Text("<html>".into()))]
    body: ReplyBody,
) {
    let site = Site::start().await;
    site.https.serve("/logout", Reply::status(200).body(body));
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    site.told(1).await;
}

/// CI-03: the address is checked as for every fetch.
#[rstest]
#[case::an_address_inside("https://10.0.0.1/logout", "special-use address")]
#[case::metadata_of_the_cloud("https://169.254.169.254/logout", "special-use address")]
#[case::another_port("https://client.example:8443/logout", "not an address")]
#[case::not_https("http://client.example/logout", "not an address")]
#[case::a_fragment("https://client.example/logout#x", "not an address")]
#[case::nobody("https://nobody.invalid/logout", "unknown")]
#[tokio::test(flavor = "multi_thread")]
async fn ci_03_bl_03_guarded_addresses(#[case] uri: &str, #[case] error: &str) {
    let site = Site::start().await;
    let uri = uri.to_owned();
    site.change(|conf| conf.backchannel_logout_uri = Set(Some(uri)))
        .await;
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    failed(&site, 1).await;
    let pending = site.pending().await;
    let found = pending[0].notice.error.clone().unwrap();
    assert!(found.contains(error), "{found}");
}

/// A client that goes, or that wants to hear no more, is not asked for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_a_client_without_an_address(#[values("deleted", "changed")] how: &str) {
    let site = Site::start().await;
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    match how {
        "deleted" => {
            let pairs = [("id", "conf"), ("yes", "true")];
            site.server
                .task("oauth:client:delete", &pairs)
                .await
                .unwrap();
        }
        _ => {
            site.change(|conf| conf.backchannel_logout_uri = Set(None))
                .await;
        }
    }
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    failed(&site, 1).await;
    let error = site.pending().await[0].notice.error.clone().unwrap();
    assert!(error.contains("no backchannel_logout_uri"), "{error}");
    assert_eq!(site.https.connections(), 0);
}

/// Several nodes, and several jobs for one attempt, make it once.
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_cc_01_an_attempt_is_made_once() {
    let site = undelivered(Reply::status(500)).await;
    site.https.serve("/logout", Reply::status(200));
    let settings = site.https.settings(&json!({}));
    let twin = site.server.twin(settings).await;
    let job = site.pending().await[0].job;
    let nodes = [&site.server, &twin];
    let attempts = (0..16).map(|n| attempt(nodes[n % 2], job));
    let delivered = join_all(attempts).await;
    let delivered = delivered.into_iter().filter(|success| *success).count();
    assert_eq!(delivered, 1);
    assert_eq!(site.https.posts().len(), 2);
    assert_eq!(site.pending().await, []);
}

/// A double click, and two sign-outs at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_cc_01_one_session_ends_once() {
    let site = Site::start().await;
    let mut browser = site.server.browser();
    let tokens = site.tokens(&mut browser).await;
    let hint = crate::app::tokens::text(&tokens, "id_token").to_owned();
    let ends = (0..8).map(|_| {
        let (mut twin, hint) = (browser.twin(), hint.clone());
        async move { super::end_session(&mut twin, &hint).await }
    });
    join_all(ends).await;
    site.told(1).await;
}

/// A worker that stops in an attempt leaves it to the next one; so does a node that stops before.
#[rstest]
#[case::before_the_attempt(0)]
#[case::in_the_attempt(1)]
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_a_restart_goes_on(#[case] begun: i64) {
    let site = Site::start().await;
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    // As a node leaves it that is killed behind the commit.
    let server = site.server.oauth();
    let (store, now) = (&server.store, server.clock.now());
    let sid = site.server.sessions().await[0].sid.clone();
    let jobs = logouts::hand_over(store.db(), store.tables(), &[sid], now).await;
    let job = jobs.unwrap()[0];
    let mut pending = site.pending().await.remove(0);
    if begun == 1 {
        pending.notice.next_at = Some(now + loco_oauth_server::Seconds::new(1));
        let taken = logouts::take(store.db(), store.tables(), &pending).await;
        assert!(taken.unwrap());
        assert!(!attempt(&site.server, job).await, "it is taken");
    }
    assert_eq!(site.https.connections(), 0);
    let _restarted = site.server.twin(site.https.settings(&json!({}))).await;
    site.told(1).await;
}

/// Where nothing starts again, the cleanup tells who waits for longer than a minute.
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_the_cleanup_goes_on() {
    let site = undelivered(Reply::status(500)).await;
    site.https.serve("/logout", Reply::status(200));
    let server = &site.server;
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(site.https.posts().len(), 1, "not late yet");
    server.advance(5 + 61);
    server
        .task("oauth:cleanup", &[("dry_run", "true")])
        .await
        .unwrap();
    assert_eq!(site.https.posts().len(), 1);
    server.task("oauth:cleanup", &[]).await.unwrap();
    assert_eq!(site.https.posts().len(), 2);
    assert_eq!(site.pending().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_1_the_task_lists_and_tells_again() {
    let site = undelivered(Reply::status(500)).await;
    let server = &site.server;
    let json = [("format", "json")];
    let shown: Value = serde_json::from_str(&listed(&site, &json).await).unwrap();
    let pending = &site.pending().await[0];
    let sid = &server.sessions().await[0].sid;
    let line = json!({
        "client_id": "conf", "sid": sid, "since": server.now(), "tries": 1,
        "next_at": server.now() + 5, "error": "the status is 500",
    });
    assert_eq!(shown, json!({ "undelivered": [line], "delivered": null }));
    let text = listed(&site, &[]).await;
    assert!(
        text.starts_with(&format!("conf  session {sid}  since 20")),
        "{text}"
    );
    assert!(text.contains("1 attempts  next attempt"), "{text}");
    assert!(text.ends_with("the status is 500"), "{text}");
    let other = listed(&site, &[("client", "other")]).await;
    assert_eq!(other, "every client has heard of the sessions that ended");
    assert_eq!(site.https.posts().len(), 1, "a list tells nobody");

    // Not yet, then.
    let again = listed(&site, &[("retry", "true")]).await;
    assert!(
        again.starts_with("0 clients have heard now\nconf"),
        "{again}"
    );
    assert_eq!(site.pending().await[0].job.tries, pending.job.tries + 1);
    site.https.serve("/logout", Reply::status(200));
    let again = listed(&site, &[("retry", "true")]).await;
    let done = "1 clients have heard now\nevery client has heard of the sessions that ended";
    assert_eq!(again, done);
    // Also one that was given up.
    for (key, value) in [("retry", "yes"), ("again", "true")] {
        let error = server.task("oauth:logout:list", &[(key, value)]).await;
        assert!(error.unwrap_err().to_string().contains(key));
    }
}

/// A client that is given up is told again when the operator asks for it.
#[tokio::test(flavor = "multi_thread")]
async fn bl_03_the_task_tells_clients_that_were_given_up() {
    let site = undelivered(Reply::status(500)).await;
    for tries in 2..=4 {
        let job = site.pending().await[0].job;
        attempt(&site.server, job).await;
        failed(&site, tries).await;
    }
    let text = listed(&site, &[]).await;
    assert!(text.contains("no more attempts"), "{text}");
    site.https.serve("/logout", Reply::status(200));
    listed(&site, &[("retry", "true")]).await;
    assert_eq!(site.pending().await, []);
}

/// FA-01: wherever the database fails, the session ends together with its notices, or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn fa_01_a_sign_out_and_its_notices_are_one() {
    let site = Site::start().await;
    let mut browser = site.server.browser();
    site.tokens(&mut browser).await;
    let page = browser.get("/oauth/logout").await;
    let form = Form::with_button(&page, "action", "sign_out");
    let mut faults = 0;
    loop {
        site.server.oauth().store.faults().fail_once(faults);
        browser.twin().submit(&form).await;
        let ended = site.server.sessions().await[0].ended_at.is_some();
        if ended {
            break;
        }
        assert_eq!(site.noted().await.len(), 1, "after {faults} statements");
        site.assert_silent().await;
        faults += 1;
    }
    site.server.oauth().store.faults().mend();
    assert!(faults > 2, "{faults}");
    site.told(1).await;
}
