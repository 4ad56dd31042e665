//! The log: one line per event, and no secrets.

use crate::app::{
    browser::{Authorize, VERIFIER},
    fixtures::{ALICE, PASSWORD, SECRET},
    logs::Logs,
    server::TestServer,
    tokens::text,
};

const EVENTS: &str = "oauth_server::audit=info";

#[tokio::test]
async fn c269_texts_from_outside_stay_on_their_line() {
    let (logs, _guard) = Logs::collect(EVENTS);
    let server = TestServer::start().await;
    let forged =
        "x\r\n2026-01-01 INFO oauth_server::audit: event=\"login.succeeded\"\u{1b}[31m\u{202e}";
    let path = Authorize::base().with("client_id", forged).path();
    let request = server.http.get(server.url(&path));
    let agent = "Mozilla\u{9}5.0 \u{1b}[2J";
    let agent = reqwest::header::HeaderValue::from_bytes(agent.replace('\u{1b}', "").as_bytes());
    let answer = server
        .send(request.header("user-agent", agent.unwrap()))
        .await;
    assert_eq!(answer.status, 400);
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    browser
        .log_in(&page, "\r\n\u{1b}@evil\n.example", "wrong")
        .await;

    let text = logs.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].contains("request.refused"), "{text}");
    // Twice: by the event, and by this subscriber, which is a careful one.
    assert!(lines[0].contains(r"x\\r\\n2026"), "{text}");
    assert!(lines[1].contains("login.failed"), "{text}");
    let broken = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!text.contains(broken), "{text:?}");
}

/// Everything that is secret in a flow, with the log at its loudest.
#[tokio::test]
async fn c268_logs_and_events_hold_no_secret() {
    let (logs, guard) = Logs::collect("trace");
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser
        .authorize(&Authorize::base().and("login_hint", ALICE))
        .await;
    browser.log_in(&page, ALICE, "Wrong-pa55word-marked").await;
    let code = browser.code(&Authorize::base()).await;
    let tokens = server.redeem(&code).await.ok();
    server.redeem_with(&code, &[]).await;
    let refresh = text(&tokens, "refresh_token");
    server.refresh(refresh).await;
    server
        .refresh("loco_rt_marked-refresh-token-that-nobody-knows")
        .await;
    let access = text(&tokens, "access_token");
    server.introspect(access).await;
    server.userinfo(access).await;
    server.revoke(access).await;
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    let wrong = ("m2m", "marked-wrong-client-secret");
    server.post_as(wrong, "/oauth/token", &form).await;
    drop(guard);

    let events = serde_json::to_string(&server.oauth().take_events()).unwrap();
    // The client of this test is in the same process and logs what it sends.
    let written = logs.text();
    let client = |line: &&str| line.contains("reqwest") || line.contains("hyper");
    let lines: Vec<&str> = written.lines().filter(|line| !client(line)).collect();
    assert!(lines.iter().any(|line| line.contains("token.issued")));
    let mut secrets = vec![
        code.as_str(),
        access,
        refresh,
        text(&tokens, "id_token"),
        VERIFIER,
        SECRET,
        PASSWORD,
        "Wrong-pa55word-marked",
        "marked-refresh-token",
        "marked-wrong-client-secret",
    ];
    secrets.extend(browser.cookies.values().map(String::as_str));
    assert!(secrets.len() > 11, "cookies");
    for secret in secrets {
        for line in &lines {
            assert!(!line.contains(secret), "{secret}: {line}");
        }
        assert!(!events.contains(secret), "{secret}: {events}");
    }
    // Queries hold hints and states.
    for line in lines {
        assert!(!line.contains("login_hint="), "{line}");
    }
}

/// What Loco's own filter lets through is little; the boot says what it hides.
#[tokio::test]
async fn s31_2_the_boot_says_that_the_logger_hides_events() {
    for (filter, told) in [
        ("loco_rs=info,tower_http=info,app=info", true),
        ("loco_rs=info,loco_oauth_server=warn", true),
        ("loco_rs=info,oauth_server=info", true),
        (
            "loco_rs=info,loco_oauth_server=warn,oauth_server=info",
            false,
        ),
        ("info", false),
    ] {
        let (logs, guard) = Logs::collect(filter);
        TestServer::start().await;
        drop(guard);
        let text = logs.text();
        assert_eq!(text.contains("override_filter"), told, "{filter}: {text}");
    }
}
