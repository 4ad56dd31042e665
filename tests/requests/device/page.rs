//! The page on which a person enters the code of a device and decides (RFC 8628 §3.3, §5.4).

use rstest::rstest;
use serde_json::json;

use super::{PAGE, devices, devices_with};
use crate::app::{
    browser::Form,
    fixtures::{ALICE, BOB, PASSWORD},
    limits::only,
    oauth_server::oauth_clients::Column,
    tokens::text,
};

#[tokio::test(flavor = "multi_thread")]
async fn c191_user_codes() {
    let server = devices().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let codes = server.device_codes().await;
        let code = text(&codes, "user_code").to_owned();
        let (first, second) = code.split_once('-').unwrap();
        let letters = format!("{first}{second}");
        assert_eq!((first.len(), letters.len()), (4, 8));
        assert!(
            letters
                .chars()
                .all(|letter| "BCDFGHJKLMNPQRSTVWXZ".contains(letter))
        );
        let row = server.device().await;
        assert_eq!(row.user_code_hmac.as_ref().map(Vec::len), Some(32));
        let stored = format!("{row:?} {:?}", server.interactions().await.pop());
        assert!(
            !stored.contains(&code) && !stored.contains(&letters),
            "{stored}"
        );
        let device_code = text(&codes, "device_code").trim_start_matches("loco_dc_");
        assert!(!stored.contains(device_code), "{stored}");
        seen.insert(code);
    }
    assert_eq!(seen.len(), 50);
}

#[rstest]
#[case::as_shown(|code: &str| code.to_owned())]
#[case::lower_case(str::to_lowercase)]
#[case::without_dash(|code: &str| code.replace('-', ""))]
#[case::spaces(|code: &str| format!(" {} ", code.replace('-', " ")))]
#[tokio::test(flavor = "multi_thread")]
async fn c191_a_code_is_taken_however_it_is_typed(#[case] typed: fn(&str) -> String) {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(&typed(text(&codes, "user_code"))).await;
    page.assert_page(200);
    assert!(page.body.contains(text(&codes, "user_code")), "{page:?}");
    assert_eq!(server.device_status().await, "claimed");
}

#[tokio::test(flavor = "multi_thread")]
async fn c192_guesses_are_limited() {
    // An empty list: the limits that a fresh app has.
    let server = devices_with(only("device_user_code", &json!([]), "memory")).await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get(PAGE).await;
    let form = Form::of(&page).set("user_code", "BBBB-BBBB");
    let mut limited = 0;
    for _ in 0..20 {
        let answer = browser.submit(&form).await;
        if answer.status == 400 {
            assert!(answer.body.contains("This code is not right"), "{answer:?}");
        } else {
            answer.assert_page(429);
            assert!(answer.header("retry-after").is_some());
            limited += 1;
        }
    }
    assert_eq!(limited, 10);
    // The right one is not taken either, also in another browser of the same address.
    let form = form.set("user_code", text(&codes, "user_code"));
    browser.submit(&form).await.assert_page(429);
    assert_eq!(server.device_status().await, "pending");
}

/// Wrong, expired, used and another person's code: one text.
#[tokio::test(flavor = "multi_thread")]
async fn c192_the_answer_tells_nothing_of_codes() {
    let server = devices().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let used = server.device_codes().await;
    browser.decide(&used, "allow").await;
    let mut bob = server.browser();
    bob.sign_in_as(BOB).await;
    let of_bob = server.device_codes().await;
    bob.enter(text(&of_bob, "user_code")).await;
    let expired = server.device_codes().await;
    server.advance(600);
    let fresh = server.device_codes().await;
    let mut answers = Vec::new();
    for code in [
        text(&used, "user_code"),
        text(&of_bob, "user_code"),
        text(&expired, "user_code"),
        "BBBB-BBBB",
        "hello",
    ] {
        let page = browser.get(PAGE).await;
        let form = Form::of(&page).set("user_code", code);
        let answer = browser.submit(&form).await;
        answer.assert_page(400);
        answers.push(answer.body.replace(code, "CODE"));
    }
    let csrf = |body: &String| {
        let (before, rest) = body.split_once("csrf_token\" value=\"").unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        format!("{before}{after}")
    };
    let answers: std::collections::BTreeSet<String> = answers.iter().map(csrf).collect();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    browser
        .enter(text(&fresh, "user_code"))
        .await
        .assert_page(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn c193_who_entered_the_code_decides() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let (mut alice, mut bob) = (server.browser(), server.browser());
    alice.sign_in().await;
    bob.sign_in_as(BOB).await;
    let page = alice.enter(text(&codes, "user_code")).await;
    let form = Form::of_consent(&page);
    let other = bob.enter(text(&codes, "user_code")).await;
    other.assert_page(400);
    let before = server.ledger().await;
    for decision in ["allow", "deny"] {
        let form = form.clone().set("decision", decision);
        bob.submit(&form).await.assert_page(404);
        let stranger = server.browser().submit(&form).await;
        stranger.assert_page(404);
    }
    let interaction = form.value("interaction").unwrap();
    let address = format!("{PAGE}?interaction={interaction}");
    bob.get(&address).await.assert_page(404);
    bob.get(&format!("/oauth/continue?interaction={interaction}"))
        .await
        .assert_page(404);
    // In alice's browser, bob is somebody else, too.
    alice.sign_in_as(BOB).await;
    alice.get(&address).await.assert_page(404);
    alice
        .submit(&form.clone().set("decision", "allow"))
        .await
        .assert_page(404);
    assert_eq!(server.ledger().await, before);
    assert_eq!(server.device_status().await, "claimed");
    alice.sign_in().await;
    let page = alice.get(&address).await;
    alice.press(&page, "allow").await;
    assert_eq!(server.device_status().await, "approved");
    server.poll(&codes).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn c194_a_link_fills_the_code_in_and_does_no_more() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let complete = text(&codes, "verification_uri_complete");
    assert!(complete.starts_with(text(&codes, "verification_uri")));
    let page = browser.get(complete).await;
    page.assert_page(200);
    let form = Form::of(&page);
    assert_eq!(form.value("user_code"), Some(text(&codes, "user_code")));
    assert!(!page.body.contains("name=\"decision\""), "{page:?}");
    browser.get(&format!("{complete}&decision=allow")).await;
    assert_eq!(server.device_status().await, "pending");
    let answer = browser.submit(&form).await;
    let page = browser.follow(answer).await;
    for shown in [
        text(&codes, "user_code"),
        "The tv app",
        "Read your notes",
        "Did somebody send you this code",
        "less than a minute ago",
        "127.0.0.0/24",
        ALICE,
    ] {
        let body = page.body.replace("&#x2F;", "/");
        assert!(body.contains(shown), "{shown}: {page:?}");
    }
    assert_eq!(server.device_status().await, "claimed");
    let interaction = Form::of_consent(&page);
    let interaction = interaction.value("interaction").unwrap();
    let by_link = format!("{PAGE}?interaction={interaction}&decision=allow");
    browser.get(&by_link).await.assert_page(200);
    assert_eq!(server.device_status().await, "claimed");
}

#[tokio::test(flavor = "multi_thread")]
async fn c194_the_program_that_asked_is_named() {
    let server = devices().await;
    let request = server.http.post(server.url(super::ENDPOINT));
    let request = request.header("user-agent", "curl/8.5.0 <b>");
    let codes = server.send(request.form(&[("client_id", "tv")])).await.ok();
    server.advance(185);
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    assert!(page.body.contains("<bdi>curl</bdi>"), "{page:?}");
    assert!(page.body.contains("3 minutes ago"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c197_no_decision_without_the_token() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.get(PAGE).await;
    let bare = Form::of(&page)
        .set("user_code", text(&codes, "user_code"))
        .set("csrf_token", "");
    let refused = browser.submit(&bare).await;
    refused.assert_page(403);
    assert_eq!(server.device_status().await, "pending");
    // The code is kept, the token is a new one.
    let answer = browser.submit(&Form::of(&refused)).await;
    let page = browser.follow(answer).await;
    for token in ["", "-.x"] {
        let form = Form::of_consent(&page)
            .set("decision", "allow")
            .set("csrf_token", token);
        browser.submit(&form).await.assert_page(403);
    }
    let form = Form::of_consent(&page);
    browser.submit(&form).await.assert_page(400);
    let twice = [("decision", "allow"), ("decision", "deny")];
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(twice)
        .collect();
    browser.post(&form.action, &fields).await.assert_page(400);
    assert_eq!(server.device_status().await, "claimed");
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_08_a_login_on_the_way_keeps_the_code() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    let answer = browser.get(text(&codes, "verification_uri_complete")).await;
    let page = browser.follow(answer).await;
    // A wrong password, then the right one.
    let page = browser.log_in(&page, ALICE, "wrong").await;
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert_eq!(
        Form::of(&page).value("user_code"),
        Some(text(&codes, "user_code"))
    );
    assert_eq!(server.device_status().await, "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_08_a_sign_up_on_the_way_keeps_the_code() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    let answer = browser.get(text(&codes, "verification_uri_complete")).await;
    let login = browser.follow(answer).await;
    let body = login.body.replace("&#x2F;", "/").replace("&amp;", "&");
    let mut links = body
        .split("href=\"")
        .filter_map(|rest| rest.split_once('"'));
    let link = links.find(|(link, _)| link.contains("/signup"));
    let (link, _) = link.expect("a link to the sign-up page");
    let page = browser.get(link).await;
    let form = Form::of(&page)
        .set("name", "Carol")
        .set("email", "carol@example.com")
        .set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let page = browser.follow(answer).await;
    assert_eq!(
        Form::of(&page).value("user_code"),
        Some(text(&codes, "user_code")),
        "{page:?}"
    );
}

/// A code that is too long to be one is not carried along.
#[tokio::test(flavor = "multi_thread")]
async fn pg_08_only_codes_are_kept() {
    let server = devices().await;
    let mut browser = server.browser();
    let long = "B".repeat(65);
    let answer = browser.get(&format!("{PAGE}?user_code={long}")).await;
    assert!(!answer.location().contains("user_code"));
    let twice = browser
        .get(&format!("{PAGE}?user_code=a&user_code=b"))
        .await;
    twice.assert_page(400);
    browser.sign_in().await;
    let page = browser.get(&format!("{PAGE}?user_code=%3Cb%3E%22")).await;
    page.assert_page(200);
    assert!(!page.body.contains("<b>"), "{page:?}");
    let empty = Form::of(&page).set("user_code", "");
    let answer = browser.submit(&empty).await;
    answer.assert_page(400);
    assert!(answer.body.contains("Please fill this in"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn co_04_scopes_can_be_unticked() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    let form = Form::of_consent(&page)
        .without("scope", "read")
        .without("scope", "offline_access")
        .set("decision", "allow");
    browser.submit(&form).await;
    let tokens = server.poll(&codes).await.ok();
    assert_eq!(tokens["scope"], "openid");
    assert_eq!(server.device().await.scopes, json!(["openid"]));
}

/// RFC 8628 §5.4: the person is asked each time, whatever they agreed to before.
#[tokio::test(flavor = "multi_thread")]
async fn dv_07_every_device_is_asked_for() {
    let server = devices().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    server.set_client("tv", Column::SkipConsent, true).await;
    for _ in 0..2 {
        let codes = server.device_codes().await;
        let page = browser.enter(text(&codes, "user_code")).await;
        assert!(page.body.contains("Connect this device?"), "{page:?}");
        browser.press(&page, "allow").await;
        server.poll(&codes).await.ok();
    }
}

/// The app's own consent page lacks the warnings: it is not asked.
#[tokio::test(flavor = "multi_thread")]
async fn dv_07_the_built_in_page_asks() {
    let server = devices_with(json!({ "consent_url": "/own/consent" })).await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    assert!(page.body.contains("Connect this device?"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dv_06_another_account_can_take_the_code_over() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    let form = Form::with_button(&page, "action", "use_another");
    let answer = browser.submit(&form).await;
    assert_eq!(server.device_status().await, "pending");
    let page = browser.follow(answer).await;
    let page = browser.log_in(&page, BOB, PASSWORD).await;
    let form = Form::of(&page);
    assert_eq!(form.value("user_code"), Some(text(&codes, "user_code")));
    let answer = browser.submit(&form).await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains(BOB), "{page:?}");
    browser.press(&page, "allow").await;
    let tokens = server.poll(&codes).await.ok();
    let who = server.userinfo(text(&tokens, "access_token")).await.ok();
    let session = server.device().await;
    assert!(session.user_id.is_some() && who["sub"].is_string());
}

/// The steps of other logins count here, too: a login that is too old is done again.
#[tokio::test(flavor = "multi_thread")]
async fn nx_05_a_login_that_is_too_old() {
    let server = devices().await;
    server.set_client("tv", Column::DefaultMaxAge, 60).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    server.advance(100);
    let codes = server.device_codes().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    assert!(page.body.contains("name=\"password\""), "{page:?}");
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    assert!(page.body.contains("Connect this device?"), "{page:?}");
    browser.press(&page, "allow").await;
    server.poll(&codes).await.ok();
}

/// Two tabs, a double click, the back button.
#[tokio::test(flavor = "multi_thread")]
async fn ix_05_a_second_decision_changes_nothing() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    browser.press(&page, "allow").await;
    for decision in ["allow", "deny"] {
        let done = browser.press(&page, decision).await;
        done.assert_page(200);
        assert!(done.body.contains("Your device is connected"), "{done:?}");
    }
    server.poll(&codes).await.ok();
    assert_eq!(server.grants().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_05_allow_and_deny_at_once() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    let answers = (0..10).map(|number| {
        let decision = if number % 2 == 0 { "allow" } else { "deny" };
        let form = Form::of_consent(&page).set("decision", decision);
        let mut twin = browser.twin();
        async move { twin.submit(&form).await.status }
    });
    let answers = futures_util::future::join_all(answers).await;
    assert!(answers.iter().all(|status| *status == 303), "{answers:?}");
    let status = server.device_status().await;
    let answer = server.poll(&codes).await;
    if status == "approved" {
        answer.ok();
    } else {
        answer.assert_error(400, "access_denied");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_06_a_request_does_not_outlive_its_code() {
    let server = devices().await;
    let codes = server.device_codes().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.enter(text(&codes, "user_code")).await;
    server.advance(600);
    let late = browser.press(&page, "allow").await;
    late.assert_page(400);
    server.poll(&codes).await.assert_error(400, "expired_token");
    assert_eq!(server.consents().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_11_without_the_grant_there_is_no_page() {
    let server = crate::app::server::TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.get(PAGE).await.assert_page(404);
    let answer = browser.post(PAGE, &[("user_code", "BCDF-GHJK")]).await;
    answer.assert_page(404);
    let answer = server.post(super::ENDPOINT, &[("client_id", "conf")]).await;
    answer.assert_error(404, "invalid_request");
    assert!(answer.body.contains("grant_types"), "{answer:?}");
}
