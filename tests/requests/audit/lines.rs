//! The log: one line per event, and no secrets.

use serde_json::json;

use crate::{
    app::{
        assertions::{ClientKey, signer},
        browser::{Authorize, Form, VERIFIER, encoded},
        fixtures::{self, ALICE, PASSWORD, SECRET},
        logs::Logs,
        server::{Basic, TestServer, param},
        tokens::text,
    },
    requests::pages::password::linked,
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

/// Names of clients and of browsers, whatever bytes they are of.
#[tokio::test]
async fn c269_names_from_outside_stay_on_their_line() {
    let (logs, guard) = Logs::collect(EVENTS);
    let server = TestServer::with(json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let name = "x\r\n2026-01-01 INFO event=\"login.succeeded\"\u{1b}[31m\u{9b}31m\u{202e}\u{2028}y";
    let agent = b"Mozilla/5.0 \x9b31m \xc2\x9b \xe2\x80\xae \xff";
    let agent = reqwest::header::HeaderValue::from_bytes(agent).unwrap();
    let metadata = json!({ "redirect_uris": ["https://new.example/cb"], "client_name": name });
    let register = server.http.post(server.url("/oauth/register"));
    let register = register.json(&metadata).header("user-agent", agent.clone());
    let client = server.send(register).await;
    assert_eq!(client.status, 201, "{client:?}");
    let client = client.json();
    let id = text(&client, "client_id");
    let path = Authorize::of(id, "https://evil.example/").path();
    let refused = server
        .http
        .get(server.url(&path))
        .header("user-agent", agent);
    assert_eq!(server.send(refused).await.status, 400);
    server.manage("DELETE", &client, None).await;
    drop(guard);

    let written = logs.text();
    let events = server.oauth().events.take();
    assert!(events.len() >= 3, "{events:?}");
    assert_eq!(written.lines().count(), events.len(), "{written}");
    let broken = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2028}".contains(c));
    assert!(!written.contains(broken), "{written:?}");
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
    let wrong = Basic::of("m2m", "marked-wrong-client-secret");
    server.post_as(wrong, "/oauth/token", &form).await;
    drop(guard);

    let events = serde_json::to_string(&server.oauth().events.take()).unwrap();
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

/// The secrets of links, assertions, registrations and sign-outs.
#[tokio::test]
async fn c268_secrets_of_all_other_requests() {
    let (logs, guard) = Logs::collect("trace");
    let server = TestServer::with(json!({
        "mailer": { "stub": true },
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let mut secrets = Vec::new();

    let link = linked(&server).await;
    secrets.push(param(&link, "token").unwrap());
    let mut browser = server.browser();
    let page = browser.get(&link).await;
    let form = Form::of(&page).set("password", "a marked new password");
    assert_eq!(browser.submit(&form).await.status, 303);
    // And once more, when it is used up.
    assert_eq!(browser.get(&link).await.status, 400);
    secrets.push("a marked new password".to_owned());

    let key = ClientKey::new("k1");
    fixtures::insert(&server, &signer(Some(key.jwks()))).await;
    let assertion = key.assertion(&server, "signer", &json!({}));
    server.assert_by(&assertion).await.ok();
    let again = server.assert_by(&assertion).await;
    again.assert_error(401, "invalid_client");
    secrets.push(assertion);

    let metadata = json!({ "redirect_uris": ["https://new.example/cb"] });
    let client = server.registered(&metadata).await;
    for name in ["client_secret", "registration_access_token"] {
        secrets.push(text(&client, name).to_owned());
    }
    let id = text(&client, "client_id");
    let secret = encoded(text(&client, "client_secret"));
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let answer = server
        .post_as(Basic::of(id, &secret), "/oauth/token", &form)
        .await;
    answer.assert_error(400, "unauthorized_client");
    server.manage("GET", &client, None).await.ok();
    assert_eq!(server.manage("DELETE", &client, None).await.status, 204);
    let late = server.manage("GET", &client, None).await;
    late.assert_error(401, "invalid_token");

    let page = browser.authorize(&Authorize::base()).await;
    let page = browser.log_in(&page, ALICE, "a marked new password").await;
    let code = browser.allow(&page).await.location_param("code").unwrap();
    let tokens = server.redeem(&code).await.ok();
    let hint = text(&tokens, "id_token").to_owned();
    for hint in [format!("{hint}x"), hint.clone()] {
        let path =
            format!("/oauth/end-session?id_token_hint={hint}&state=marked-state-of-a-client");
        browser.get(&path).await;
    }
    secrets.extend([hint, "marked-state-of-a-client".to_owned()]);
    drop(guard);

    let events = serde_json::to_string(&server.oauth().events.take()).unwrap();
    for name in ["password.reset", "client.registered", "logout"] {
        assert!(events.contains(name), "{name}: {events}");
    }
    let written = logs.text();
    let client = |line: &&str| line.contains("reqwest") || line.contains("hyper");
    let lines: Vec<&str> = written.lines().filter(|line| !client(line)).collect();
    assert!(lines.iter().any(|line| line.contains("client.deleted")));
    let stored = server.dump().await;
    for secret in secrets {
        assert!(secret.len() > 16, "{secret}");
        // The state of a sign-out is kept for its way back.
        let kept = secret.starts_with("marked-state");
        assert!(kept || !stored.contains(&secret), "{secret} is stored");
        for line in &lines {
            assert!(!line.contains(&secret), "{secret}: {line}");
        }
        assert!(!events.contains(&secret), "{secret}: {events}");
    }
}

/// Who looks for the reference of a refusal finds its line, with the filter that Loco has when
/// nothing is set; what went well is not told there.
#[tokio::test]
async fn s_d1_the_line_of_a_refusal_passes_the_filter_of_loco() {
    let (logs, guard) = Logs::collect("loco_rs=info,tower_http=info,app=info");
    let server = TestServer::start().await;
    let refused = [
        server.get("/oauth/authorize?client_id=nope").await,
        server.post("/oauth/token", &[("grant_type", "zzz")]).await,
    ];
    server.tokens(&Authorize::base()).await;
    drop(guard);
    let text = logs.text();
    for answer in refused {
        let reference = answer.header("x-request-id").unwrap();
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(reference))
            .collect();
        assert_eq!(lines.len(), 1, "{text}");
        for word in ["loco_rs::oauth_server", "expected=", "fix=", "rule="] {
            assert!(lines[0].contains(word), "{}", lines[0]);
        }
    }
    assert!(!text.contains("token.issued"), "{text}");
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
