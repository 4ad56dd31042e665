//! The log line that a reference leads to explains the refusal alone.
#![allow(clippy::too_many_lines, reason = "tables of refused requests")]

use serde_json::json;

use super::Line;
use crate::app::{
    browser::{Authorize, Form, VERIFIER, encoded},
    fixtures::{CONF_CB, PASSWORD, SECRET},
    logs::Logs,
    server::{Answer, Basic, TestServer},
    tokens::{redemption, text},
};

const EVENTS: &str = "oauth_server::audit=info";

/// A secret of the wrong kind, sent where another belongs.
const WRONG: &str = "marked-secret-that-nobody-knows-0123456789abcdef";

/// One refused request, and what its log line must and must not have.
struct Refused {
    what: &'static str,
    answer: Answer,
    /// Public values that were sent: in full.
    shown: Vec<String>,
    /// Secrets that were sent: nothing of them.
    hidden: Vec<String>,
}

impl Refused {
    fn new(what: &'static str, answer: Answer) -> Self {
        let (shown, hidden) = (Vec::new(), Vec::new());
        Self {
            what,
            answer,
            shown,
            hidden,
        }
    }

    fn shows(mut self, value: &str) -> Self {
        self.shown.push(value.to_owned());
        self
    }

    fn hides(mut self, value: &str) -> Self {
        self.hidden.push(value.to_owned());
        self
    }

    /// What was wrong in words, what is expected, what came, what to do; and no secret.
    #[track_caller]
    fn check(&self, logs: &Logs) {
        let what = self.what;
        let line = Line::of(logs, &self.answer);
        let text = line.text();
        let (message, fix) = (line.message(), line.field("fix"));
        let rule = line.field("rule");
        for words in [message, fix] {
            assert!(words.split(' ').count() >= 3, "{what}: {text}");
        }
        assert!(!rule.is_empty(), "{what}: {text}");
        assert_ne!(message, fix, "{what}: {text}");
        assert!(!line.field("expected").is_empty(), "{what}: {text}");
        for value in &self.shown {
            assert!(line.field("received").contains(value), "{what}: {text}");
        }
        for secret in &self.hidden {
            // Not even the beginning of it.
            let head: String = secret.chars().take(12).collect();
            assert!(!text.contains(&head), "{what}: {text}");
        }
        assert!(!text.contains("received=\"\""), "{what}: {text}");
        assert!(!text.contains("expected=\"\""), "{what}: {text}");
    }
}

#[tokio::test]
async fn s_d1_a_reference_explains_every_refusal_of_the_authorization_endpoint() {
    let (logs, _guard) = Logs::collect(EVENTS);
    let server = TestServer::start().await;
    let base = Authorize::base;
    let long = format!("https://app.example/{}", "x/".repeat(2000));
    let cases: Vec<(&str, Authorize, &str, &str)> = vec![
        ("no client", base().without("client_id"), "", ""),
        ("two clients", base().and("client_id", "other"), "", ""),
        ("unknown client", base().with("client_id", "nobody"), "", ""),
        (
            "redirect URI",
            base().with("redirect_uri", "https://evil.example/cb"),
            "https://evil.example/cb",
            "",
        ),
        (
            "redirect URI with a query",
            base().with("redirect_uri", "https://app.example/cb?tenant=1"),
            "https://app.example/cb?tenant=1",
            "",
        ),
        (
            "redirect URI with a code",
            base().with("redirect_uri", &format!("{CONF_CB}?code={WRONG}")),
            "https://app.example/cb?code=",
            WRONG,
        ),
        (
            "redirect URI with a password",
            base().with("redirect_uri", &format!("https://a:{WRONG}@app.example/cb")),
            "@app.example/cb",
            WRONG,
        ),
        (
            "secret for a redirect URI",
            base().with("redirect_uri", WRONG),
            "",
            WRONG,
        ),
        (
            "long redirect URI",
            base().with("redirect_uri", &long),
            "https://app.example/x/x/",
            "",
        ),
        (
            "which redirect URI",
            Authorize::of("multi", "").without("redirect_uri"),
            "",
            "",
        ),
        ("twice", base().and("state", "T"), "state", ""),
        (
            "twice, unknown",
            base().and("x", "1").and("x", "2"),
            "x",
            "",
        ),
        (
            "response type",
            base().with("response_type", "token"),
            "token",
            "",
        ),
        ("no response type", base().without("response_type"), "", ""),
        (
            "secret for a response type",
            base().with("response_type", WRONG),
            "",
            WRONG,
        ),
        (
            "response mode",
            base().with("response_mode", "fragment"),
            "fragment",
            "",
        ),
        (
            "prompt",
            base().with("prompt", "sometimes"),
            "sometimes",
            "",
        ),
        (
            "prompts",
            base().with("prompt", "none login"),
            "none login",
            "",
        ),
        ("max_age", base().with("max_age", "soon"), "soon", ""),
        ("request", base().with("request", WRONG), "", WRONG),
        (
            "request_uri",
            base().with("request_uri", "https://a.example"),
            "",
            "",
        ),
        ("registration", base().with("registration", "{}"), "", ""),
        ("hint", base().with("id_token_hint", WRONG), "", WRONG),
        ("silent", base().with("prompt", "none"), "", ""),
        ("scope", base().with("scope", "admin"), "admin", ""),
        ("challenge", base().without("code_challenge"), "", ""),
        (
            "method",
            base().with("code_challenge_method", "plain"),
            "",
            "",
        ),
        (
            "resource",
            base().with("resource", "https://no.example"),
            "https://no.example",
            "",
        ),
    ];
    for (what, request, shown, hidden) in cases {
        let answer = server.get(&request.path()).await;
        let mut refused = Refused::new(what, answer);
        if !shown.is_empty() {
            refused = refused.shows(shown);
        }
        if !hidden.is_empty() {
            refused = refused.hides(hidden);
        }
        refused.check(&logs);
    }
    // A form as well, and a stranger's client, for which a page is shown.
    let form = [
        ("client_id", "conf"),
        ("redirect_uri", "https://evil.example/cb"),
    ];
    let answer = server.post("/oauth/authorize", &form).await;
    Refused::new("form", answer)
        .shows("https://evil.example/cb")
        .check(&logs);
    let request = Authorize::of("dyn", "https://tool.example/cb").with("prompt", "sometimes");
    let answer = server.get(&request.path()).await;
    assert_eq!(answer.status, 400);
    Refused::new("stranger", answer)
        .shows("sometimes")
        .check(&logs);
}

#[tokio::test]
async fn s_d1_a_reference_explains_every_refusal_of_pages() {
    let (logs, _guard) = Logs::collect(EVENTS);
    let server = TestServer::start().await;
    let mut browser = server.browser();
    for (what, path, hidden) in [
        ("nothing to resume", "/oauth/continue".to_owned(), ""),
        (
            "twice",
            "/oauth/continue?interaction=a&interaction=b".to_owned(),
            "",
        ),
        (
            "unknown",
            format!("/oauth/continue?interaction={WRONG}"),
            WRONG,
        ),
        (
            "page of another",
            format!("/oauth/login?interaction={WRONG}"),
            WRONG,
        ),
        ("encoding", "/oauth/login?a=%zz".to_owned(), ""),
        ("stylesheet", "/oauth/assets/old.css".to_owned(), ""),
        (
            "resource",
            "/.well-known/oauth-protected-resource/no".to_owned(),
            "",
        ),
        (
            "hint",
            format!("/oauth/end-session?id_token_hint={WRONG}"),
            WRONG,
        ),
        (
            "way back",
            "/oauth/end-session?client_id=conf&post_logout_redirect_uri=https://evil.example/"
                .to_owned(),
            "",
        ),
    ] {
        let answer = browser.get(&path).await;
        assert!(
            answer.status >= 400 || what == "way back",
            "{what}: {answer:?}"
        );
        if answer.status < 400 {
            continue;
        }
        let mut refused = Refused::new(what, answer);
        if !hidden.is_empty() {
            refused = refused.hides(hidden);
        }
        refused.check(&logs);
    }
    let page = browser.authorize(&Authorize::base()).await;
    let answer = server.get(&Form::of(&page).action).await;
    if answer.status == 400 {
        Refused::new("another browser", answer).check(&logs);
    }
    let delete = server.http.delete(server.url("/oauth/login"));
    let answer = server.send(delete).await;
    Refused::new("method", answer).check(&logs);
    let json = server.http.post(server.url("/oauth/login"));
    let answer = server.send(json.json(&json!({ "password": WRONG }))).await;
    Refused::new("media type", answer)
        .hides(WRONG)
        .shows("application/json")
        .check(&logs);
}

/// A decision by the app's hook or by `prompt=none` after a page: no layer sees it.
#[tokio::test]
async fn s_d1_a_refusal_on_the_way_through_the_pages_is_logged_too() {
    let (logs, _guard) = Logs::collect(EVENTS);
    let server = TestServer::start().await;
    let hint = text(&server.tokens(&Authorize::base()).await, "id_token").to_owned();
    crate::app::users::Model::create(&server.ctx.db, "bob@example.com", PASSWORD)
        .await
        .unwrap();
    let mut browser = server.browser();
    let request = Authorize::base()
        .with("id_token_hint", &hint)
        .with("prompt", "login");
    let page = browser.authorize(&request).await;
    let form = Form::of(&page)
        .set("login", "bob@example.com")
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let answer = if answer
        .header("location")
        .is_some_and(|to| to.starts_with(CONF_CB))
    {
        answer
    } else {
        browser.follow(answer).await
    };
    Refused::new("somebody else", answer)
        .hides(&hint)
        .check(&logs);
}

#[tokio::test]
async fn s_d1_a_reference_explains_every_refusal_of_the_token_endpoint() {
    let (logs, _guard) = Logs::collect(EVENTS);
    let server = TestServer::start().await;
    let code = server.browser().code(&Authorize::base()).await;
    let token = "/oauth/token";
    let by = |form: Vec<(&'static str, String)>| {
        let server = &server;
        async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
            server.as_client("conf", token, &form).await
        }
    };
    let own = |text: &str| text.to_owned();
    let mut all = vec![
        Refused::new("no grant type", by(vec![("scope", own("read"))]).await),
        Refused::new(
            "grant type",
            by(vec![(
                "grant_type",
                own("urn:ietf:params:oauth:grant-type:device_code"),
            )])
            .await,
        )
        .shows("urn:ietf:params:oauth:grant-type:device_code"),
        Refused::new(
            "refresh token",
            by(vec![
                ("grant_type", own("refresh_token")),
                ("refresh_token", own(WRONG)),
            ])
            .await,
        )
        .hides(WRONG),
        Refused::new(
            "code",
            by(vec![
                ("grant_type", own("authorization_code")),
                ("code", own(WRONG)),
                ("redirect_uri", own(CONF_CB)),
                ("code_verifier", own(VERIFIER)),
            ])
            .await,
        )
        .hides(WRONG)
        .hides(VERIFIER),
    ];
    let wrong_uri = [("redirect_uri", Some("https://evil.example/cb"))];
    let form = redemption(&code, &wrong_uri);
    let answer = server.as_client("conf", token, &form).await;
    all.push(
        Refused::new("redirect URI", answer)
            .shows("https://evil.example/cb")
            .hides(&code)
            .hides(VERIFIER),
    );
    let form = [("grant_type", "client_credentials"), ("scope", "admin")];
    let answer = server.as_client("m2m", token, &form).await;
    all.push(Refused::new("scope", answer).shows("admin"));
    let form = [
        ("grant_type", "client_credentials"),
        ("resource", "https://no.example"),
    ];
    let answer = server.as_client("m2m", token, &form).await;
    all.push(Refused::new("resource", answer).shows("https://no.example"));
    for (what, client) in [("secret", "conf"), ("unknown client", "nobody")] {
        let form = [("grant_type", "client_credentials")];
        let answer = server.post_as(Basic::of(client, WRONG), token, &form).await;
        all.push(Refused::new(what, answer).hides(WRONG));
    }
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "conf"),
        ("client_secret", WRONG),
    ];
    let answer = server
        .post_as(Basic::of("conf", &encoded(SECRET)), token, &form)
        .await;
    all.push(
        Refused::new("two methods", answer)
            .hides(WRONG)
            .hides(SECRET),
    );
    let form = [
        ("grant_type", "client_credentials"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", WRONG),
    ];
    all.push(Refused::new("assertion", server.post(token, &form).await).hides(WRONG));
    let request = server
        .http
        .post(server.url(&format!("{token}?code={WRONG}")));
    let answer = server.send(request.form(&form[..1])).await;
    all.push(Refused::new("in the URL", answer).hides(WRONG));
    let request = server.http.post(server.url(token));
    let answer = server.send(request.json(&json!({ "code": WRONG }))).await;
    all.push(
        Refused::new("JSON", answer)
            .hides(WRONG)
            .shows("application/json"),
    );
    let request = server.http.post(server.url(token));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = server
        .send(request.body(format!("code={WRONG}&x=%zz")))
        .await;
    all.push(Refused::new("encoding", answer).hides(WRONG));
    all.push(Refused::new("method", server.get(token).await));
    for refused in all {
        assert!(refused.answer.status >= 400, "{}", refused.what);
        refused.check(&logs);
    }
}

#[tokio::test]
async fn s_d1_a_reference_explains_every_refusal_of_the_other_endpoints() {
    let (logs, _guard) = Logs::collect(EVENTS);
    let server = TestServer::with(json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let mut all = Vec::new();
    for path in ["/oauth/revoke", "/oauth/introspect"] {
        let answer = server.as_client("conf", path, &[]).await;
        all.push(Refused::new("no token", answer));
        let form = [("token", WRONG)];
        let answer = server.post_as(Basic::of("conf", WRONG), path, &form).await;
        all.push(Refused::new("secret", answer).hides(WRONG));
    }
    let answer = server
        .post(
            "/oauth/introspect",
            &[("client_id", "pub"), ("token", WRONG)],
        )
        .await;
    all.push(Refused::new("public client", answer).hides(WRONG));
    let get = |path: &str| server.http.get(server.url(path)).bearer_auth(WRONG);
    let post = |path: &str| server.http.post(server.url(path));
    let answer = server.send(get("/oauth/userinfo")).await;
    all.push(Refused::new("userinfo", answer).hides(WRONG));
    let metadata = json!({ "redirect_uris": ["javascript:alert(1)"] });
    let answer = server.send(post("/oauth/register").json(&metadata)).await;
    all.push(Refused::new("register", answer));
    let metadata = json!({ "redirect_uris": [CONF_CB], "client_secret": WRONG, "grant_types": 1 });
    let answer = server.send(post("/oauth/register").json(&metadata)).await;
    all.push(Refused::new("metadata", answer).hides(WRONG));
    let answer = server.send(post("/oauth/register").body(WRONG)).await;
    all.push(Refused::new("registration type", answer).hides(WRONG));
    let answer = server.send(get("/oauth/register/dyn")).await;
    all.push(Refused::new("management", answer).hides(WRONG));
    let session = post("/oauth/session").bearer_auth(WRONG).json(&json!({}));
    all.push(Refused::new("session", server.send(session).await).hides(WRONG));
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let id = Form::of(&page).value("interaction").unwrap().to_owned();
    let act = json!({ "interaction": id, "csrf_token": WRONG, "action": "deny" });
    let decide = post("/oauth/interaction").json(&act);
    let decide = decide.header("origin", crate::app::server::ISSUER);
    all.push(Refused::new("csrf", browser.send(decide).await).hides(WRONG));
    for refused in all {
        assert!(
            refused.answer.status >= 400,
            "{}: {:?}",
            refused.what,
            refused.answer
        );
        refused.check(&logs);
    }
}

/// Whoever reads the line has the nearest registered redirect URI, too.
#[tokio::test]
async fn s_d6_the_log_says_how_a_redirect_uri_differs() {
    let (logs, _guard) = Logs::collect(EVENTS);
    let server = TestServer::start().await;
    for (sent, words) in [
        ("https://app.example/cb/", "trailing slash"),
        ("http://app.example/cb", "the scheme"),
        ("https://app.example:8443/cb", "the port"),
        ("https://www.app.example/cb", "the host"),
        ("https://app.example/CB", "upper and lower case"),
        ("https://app.example/cb?x=1", "the query"),
    ] {
        let request = Authorize::base().with("redirect_uri", sent);
        let answer = server.get(&request.path()).await;
        answer.assert_page(400);
        let line = Line::of(&logs, &answer);
        assert!(line.field("expected").contains(CONF_CB), "{}", line.text());
        assert_eq!(line.field("received"), sent, "{}", line.text());
        let difference = line.field("difference");
        assert!(difference.contains(words), "{sent}: {}", line.text());
        assert!(difference.contains(CONF_CB), "{sent}: {}", line.text());
    }
}

/// Subscribers get the same words.
#[tokio::test(flavor = "multi_thread")]
async fn s_d1_events_have_the_words_of_the_line() {
    let server = TestServer::start().await;
    let request = Authorize::base().with("redirect_uri", "https://evil.example/cb");
    server.get(&request.path()).await;
    let details = server.event("request.refused").details;
    for name in ["message", "expected", "received", "difference", "fix"] {
        let words = details[name].as_str().unwrap_or_default();
        assert!(!words.is_empty(), "{name}: {details:?}");
    }
    assert_eq!(details["received"], "https://evil.example/cb");
    assert!(details["expected"].as_str().unwrap().contains(CONF_CB));
}
