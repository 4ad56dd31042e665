//! OpenID Connect Back-Channel Logout 1.0 (BL-01 to BL-03; C188, C189).

mod delivery;
mod metadata;
mod queue;
mod ways;

use std::time::Duration;

use loco_oauth_server::internals::store::logouts::{PendingKind, PendingLogout};
use sea_orm::Set;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser, Form},
    https::{HttpsServer, Post, Reply},
    oauth_server::{oauth_clients, oauth_ephemerals},
    rows::Rows,
    server::{Answer, TestServer},
    tokens::{jwt_part, text},
};

const BYE: &str = "https://app.example/bye";

/// A server, and the site of its client `conf`, which hears of ended sessions at `/logout`.
pub struct Site {
    pub server: TestServer,
    pub https: HttpsServer,
}

impl Site {
    pub async fn start() -> Self {
        Self::with(&json!({})).await
    }

    pub async fn with(settings: &Value) -> Self {
        let https = HttpsServer::start().await;
        https.serve("/logout", Reply::status(200));
        let server = TestServer::with(https.settings(settings)).await;
        let site = Self { server, https };
        let uri = site.https.url("/logout");
        site.change(|conf| {
            conf.backchannel_logout_uri = Set(Some(uri));
            conf.post_logout_redirect_uris = Set(json!([BYE]));
        })
        .await;
        site
    }

    pub async fn change(&self, change: impl FnOnce(&mut oauth_clients::ActiveModel)) {
        self.server.change_client("conf", change).await;
    }

    /// Signs alice in through `conf`, and returns the tokens.
    pub async fn tokens(&self, browser: &mut Browser<'_>) -> Value {
        let request = Authorize::base().with("scope", "openid offline_access");
        let code = browser.code(&request).await;
        self.server.redeem(&code).await.ok()
    }

    /// Waits for so many posts.
    pub async fn posts(&self, count: usize) -> Vec<Post> {
        eventually(|| self.https.posts().len() >= count).await;
        self.https.posts()
    }

    /// The claims of the logout tokens so far, of which there are exactly `count` in the end.
    pub async fn told(&self, count: usize) -> Vec<Value> {
        let posts = self.posts(count).await;
        // Nothing stands in the table any more: no other one comes.
        while !self.pending().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.https.posts().len(), count, "{posts:?}");
        posts.iter().map(|post| jwt_part(&token(post), 1)).collect()
    }

    /// Nobody is told, now and later.
    pub async fn assert_silent(&self) {
        assert_eq!(self.pending().await, []);
        assert_eq!(self.https.connections(), 0);
    }

    pub async fn pending(&self) -> Vec<PendingLogout> {
        self.server
            .oauth()
            .logouts
            .pending(PendingKind::All)
            .await
            .unwrap()
    }

    pub async fn noted(&self) -> Vec<oauth_ephemerals::Model> {
        use sea_orm::EntityTrait;
        let all = oauth_ephemerals::Entity::find().all(&self.server.ctx.db);
        let mut all = all.await.unwrap();
        all.retain(|row| row.kind == "session_client");
        all
    }
}

pub async fn eventually(mut holds: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come");
}

#[track_caller]
pub fn token(post: &Post) -> String {
    let mut pairs = url::form_urlencoded::parse(post.body.as_bytes());
    let (name, value) = pairs.next().expect("a parameter");
    assert_eq!(name, "logout_token");
    assert_eq!(pairs.next(), None);
    value.into_owned()
}

pub async fn sign_out(browser: &mut Browser<'_>, action: &str) -> Answer {
    let page = browser.get("/oauth/logout").await;
    browser
        .submit(&Form::with_button(&page, "action", action))
        .await
}

pub async fn end_session(browser: &mut Browser<'_>, hint: &str) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("id_token_hint", hint)
        .append_pair("post_logout_redirect_uri", BYE)
        .append_pair("state", "S")
        .finish();
    browser.get(&format!("/oauth/end-session?{query}")).await
}

/// As `oidcc-backchannel-rp-initiated-logout` looks at it.
#[tokio::test(flavor = "multi_thread")]
async fn c188_bl_02_a_logout_token_arrives() {
    let site = Site::start().await;
    let server = &site.server;
    server.advance(0);
    let mut browser = server.browser();
    let tokens = site.tokens(&mut browser).await;
    let id_token = jwt_part(text(&tokens, "id_token"), 1);
    let done = end_session(&mut browser, text(&tokens, "id_token")).await;
    assert_eq!(done.location(), format!("{BYE}?state=S"));
    let silent = Authorize::base().with("prompt", "none");
    let again = browser.get(&silent.path()).await;
    assert_eq!(again.location_param("error").unwrap(), "login_required");

    let posts = site.posts(1).await;
    let [post] = posts.as_slice() else {
        panic!("{posts:?}");
    };
    assert_eq!(post.path, "/logout");
    assert_eq!(post.content_type, "application/x-www-form-urlencoded");
    let token = token(post);
    let header = jwt_part(&token, 0);
    let of_id_token = jwt_part(text(&tokens, "id_token"), 0);
    assert_eq!(header["typ"], "logout+jwt");
    assert_eq!(header["alg"], of_id_token["alg"]);
    let keys = server.get("/oauth/jwks").await.ok();
    crate::app::tokens::assert_verifies(&token, &keys, "conf");
    let claims = jwt_part(&token, 1);
    let now = server.now();
    let expected = json!({
        "iss": id_token["iss"], "sub": id_token["sub"], "aud": "conf", "sid": id_token["sid"],
        "iat": now, "exp": now + 120, "jti": claims["jti"],
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    assert_eq!(claims, expected);
    assert!(text(&claims, "jti").len() >= 22);
    // Nothing of it stays.
    assert_eq!(site.told(1).await, [claims]);
    assert_eq!(site.noted().await.len(), 0);
    let events = server.oauth().events.take();
    let event = events
        .iter()
        .find(|event| event.event.as_str() == "logout.delivered");
    let event = event.expect("the event");
    assert_eq!(event.client_id.as_deref(), Some("conf"));
    assert_eq!(event.sid.as_deref(), id_token["sid"].as_str());
    assert_eq!(event.details["tries"], 1);
}

/// The answer does not wait for a client that does not answer, nor for one that cannot be reached.
#[tokio::test(flavor = "multi_thread")]
async fn c189_bl_03_the_person_does_not_wait() {
    let site = Site::start().await;
    site.https.delay(Duration::from_mins(1));
    let mut browser = site.server.browser();
    let tokens = site.tokens(&mut browser).await;
    let begun = std::time::Instant::now();
    let done = end_session(&mut browser, text(&tokens, "id_token")).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{begun:?}");
    assert_eq!(done.location(), format!("{BYE}?state=S"));
    assert!(site.server.sessions().await[0].ended_at.is_some());
    // It has five seconds.
    site.posts(1).await;
    let pending = || async { site.pending().await[0].notice.error.clone().unwrap() };
    while pending().await.contains("interrupted") {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(pending().await.contains("5 seconds"), "{}", pending().await);
}

/// BL-01: only clients with an address, of this session, that got an ID token.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_who_is_told() {
    let site = Site::start().await;
    let server = &site.server;
    let mut other = server.browser();
    site.tokens(&mut other).await;
    let mut browser = server.browser();
    // `pub` has no address, and `conf` gets no ID token here.
    let plain = Authorize::base().with("scope", "read");
    let code = browser.code(&plain).await;
    let tokens = server.redeem(&code).await.ok();
    assert_eq!(tokens.get("id_token"), None);
    let public = Authorize::of("pub", crate::app::fixtures::PUB_CB);
    browser.code(&public.with("scope", "openid")).await;
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    assert_eq!(site.pending().await, []);
    assert_eq!(site.noted().await.len(), 1, "of the other session");
    assert_eq!(site.https.connections(), 0);

    // Once, however often it got one.
    let mut browser = server.browser();
    for _ in 0..3 {
        let tokens = site.tokens(&mut browser).await;
        server.refresh(text(&tokens, "refresh_token")).await.ok();
    }
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    let sid = &server.sessions().await[2].sid;
    assert_eq!(site.told(1).await[0]["sid"], sid.as_str());
}

/// BL-01: a client that gets its address later is told since its next ID token.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_a_refresh_notes_the_client_too() {
    let site = Site::start().await;
    let uri = site.https.url("/logout");
    site.change(|conf| conf.backchannel_logout_uri = Set(None))
        .await;
    let mut browser = site.server.browser();
    let tokens = site.tokens(&mut browser).await;
    assert_eq!(site.noted().await, []);
    site.change(|conf| conf.backchannel_logout_uri = Set(Some(uri)))
        .await;
    let tokens = site.server.refresh(text(&tokens, "refresh_token")).await;
    assert!(tokens.ok()["id_token"].is_string());
    assert_eq!(site.noted().await.len(), 1);
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    site.told(1).await;
}

/// Without a client that wants to hear, no row is written and no statement is added.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_others_pay_nothing() {
    let site = Site::start().await;
    let server = &site.server;
    let mut browser = server.browser();
    let request = Authorize::base().with("scope", "openid offline_access");
    let count = |name: &str, most: usize| {
        let statements = server.database.recorder.take();
        assert!(statements.len() <= most, "{name}: {statements:#?}");
    };
    for noted in [1, 0] {
        let code = browser.code(&request).await;
        count("", 100);
        let tokens = server.redeem(&code).await.ok();
        count("code", 2);
        server.refresh(text(&tokens, "refresh_token")).await.ok();
        count("refresh", 2);
        assert_eq!(site.noted().await.len(), noted);
        let page = browser.get("/oauth/logout").await;
        count("", 100);
        browser
            .submit(&Form::with_button(&page, "action", "sign_out"))
            .await;
        if noted == 0 {
            count("sign-out", 5);
        }
        site.told(1).await;
        site.change(|conf| conf.backchannel_logout_uri = Set(None))
            .await;
    }
}

/// `sid` is there for such clients even where `enable_end_session` is off.
#[tokio::test(flavor = "multi_thread")]
async fn s17_1_sid_for_clients_that_hear_of_logouts() {
    let site = Site::with(&json!({ "enable_end_session": false })).await;
    let server = &site.server;
    let mut browser = server.browser();
    let tokens = site.tokens(&mut browser).await;
    let sid = jwt_part(text(&tokens, "id_token"), 1)["sid"].clone();
    assert_eq!(sid, server.sessions().await[0].sid.as_str());
    let seen = server.introspect(text(&tokens, "access_token")).await;
    assert_eq!(seen["sid"], sid);
    site.change(|conf| conf.backchannel_logout_uri = Set(None))
        .await;
    let tokens = server.refresh(text(&tokens, "refresh_token")).await.ok();
    assert_eq!(jwt_part(text(&tokens, "id_token"), 1).get("sid"), None);
}

/// SU-03: the subject of the ID token, also of a pairwise client.
#[tokio::test(flavor = "multi_thread")]
async fn su_03_bl_02_a_pairwise_subject() {
    let secret = "a pairwise secret of more than 32 characters";
    let site = Site::with(&json!({ "pairwise_secret": secret })).await;
    site.change(|conf| {
        conf.subject_type = Set("pairwise".to_owned());
        conf.sector = Set(Some("app.example".to_owned()));
    })
    .await;
    let mut browser = site.server.browser();
    let tokens = site.tokens(&mut browser).await;
    let sub = jwt_part(text(&tokens, "id_token"), 1)["sub"].clone();
    let alice = site.server.user(crate::app::fixtures::ALICE).await.unwrap();
    assert_ne!(sub, alice.pid.to_string());
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    assert_eq!(site.told(1).await[0]["sub"], sub);
}

/// RFC 8725 §3.11: a logout token is good for nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn c219_a_logout_token_is_no_other_token() {
    let site = Site::start().await;
    let server = &site.server;
    let mut browser = server.browser();
    site.tokens(&mut browser).await;
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    let token = token(&site.posts(1).await[0]);
    browser.sign_in().await;
    end_session(&mut browser, &token).await.assert_page(400);
    assert_eq!(server.userinfo(&token).await.status, 401);
    assert_eq!(server.introspect(&token).await, json!({ "active": false }));
    let assertion = [
        ("grant_type", "client_credentials"),
        ("client_id", "conf"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", token.as_str()),
    ];
    let refused = server.post("/oauth/token", &assertion).await;
    refused.assert_error(401, "invalid_client");
}

/// Rows that nobody needs any more go with the cleanup.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_an_expired_session_tells_nobody_and_leaves_nothing() {
    let site = Site::start().await;
    let server = &site.server;
    server.advance(0);
    site.tokens(&mut server.browser()).await;
    assert_eq!(site.noted().await.len(), 1);
    server.advance(400 * 86_400);
    server.task("oauth:cleanup", &[]).await.unwrap();
    site.assert_silent().await;
    assert_eq!(site.noted().await, []);
    let rows: Rows = server.rows().await;
    assert_eq!(rows.sessions, 0);
}

/// A new login in the same session moves the end of the session, and of what is noted in it.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_a_renewed_session_keeps_its_clients() {
    let site = Site::start().await;
    let server = &site.server;
    server.advance(0);
    let mut browser = server.browser();
    site.tokens(&mut browser).await;
    let before = site.noted().await[0].expires_at;
    server.advance(3600);
    browser.sign_in().await;
    assert_eq!(server.sessions().await.len(), 1, "renewed");
    assert_eq!(site.noted().await[0].expires_at, before + 3600);
    sign_out(&mut browser, "sign_out").await.assert_page(200);
    site.told(1).await;
}
