//! Every write that a stranger can cause is counted before it is made (ES-01).

use serde_json::json;

use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::CONF_CB,
    limits::{Caller, STORES, a_minute, only_these},
    server::{Answer, TestServer},
};

const END_SESSION: &str = "/oauth/end-session";

#[tokio::test(flavor = "multi_thread")]
async fn s_b6_requests_to_sign_out_by_post_are_limited_before_their_row() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("authorize", a_minute(&[3, 9]))], store)).await;
        for number in 0..10 {
            let answer = server.post(END_SESSION, &[("state", "x")]).await;
            if number < 3 {
                assert_eq!(answer.status, 303, "{answer:?}");
            } else {
                answer.assert_page(429);
                assert!(answer.header("retry-after").is_some());
            }
        }
        assert_eq!(server.rows().await.interactions, 3, "{store}");
        let elsewhere = Caller::at(&server, "127.0.0.2");
        assert_eq!(elsewhere.post(END_SESSION, &[]).await.status, 303);
        server.advance(60);
        assert_eq!(server.post(END_SESSION, &[]).await.status, 303);
    }
}

/// The defaults.
#[tokio::test(flavor = "multi_thread")]
async fn s_b6_an_address_signs_out_120_times_a_minute() {
    let server = TestServer::with(only_these(&[("authorize", json!([]))], "memory")).await;
    server.advance(0);
    for number in 0..125 {
        let status = server.post(END_SESSION, &[]).await.status;
        assert_eq!(status, if number < 120 { 303 } else { 429 }, "{number}");
    }
    assert_eq!(server.rows().await.interactions, 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b6_a_client_is_limited_at_an_address_and_no_other_client() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("authorize", a_minute(&[9, 2]))], store)).await;
        let ask = async |client: &str| server.post(END_SESSION, &[("client_id", client)]).await;
        assert_eq!(ask("conf").await.status, 303);
        assert_eq!(ask("conf").await.status, 303);
        ask("conf").await.assert_page(429);
        assert_eq!(ask("other").await.status, 303);
        assert_eq!(server.rows().await.interactions, 3);
    }
}

/// GET writes a row when it has to ask; and it looks for stored requests.
#[tokio::test(flavor = "multi_thread")]
async fn s_b6_requests_to_sign_out_by_get_are_limited() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("authorize", a_minute(&[3, 9]))], store)).await;
        let mut browser = server.browser();
        browser.sign_in().await;
        let asked = format!("{END_SESSION}?client_id=conf&post_logout_redirect_uri=https://x/");
        for _ in 0..3 {
            browser.get(&asked).await.assert_page(200);
        }
        browser.get(&asked).await.assert_page(429);
        let stored = server.interactions().await;
        assert_eq!(stored.len(), 3, "{store}");
        let again = format!("{END_SESSION}?interaction={}", stored[0].state);
        server.get(&again).await.assert_page(429);
    }
}

/// Neither endpoint uses up the other.
#[tokio::test(flavor = "multi_thread")]
async fn s_b6_signing_out_does_not_stop_signing_in() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("authorize", a_minute(&[2, 2]))], store)).await;
        for _ in 0..3 {
            server.post(END_SESSION, &[("client_id", "conf")]).await;
        }
        let request = Authorize::of("conf", CONF_CB);
        assert_eq!(server.get(&request.path()).await.status, 303);
    }
}

/// A logout that a person confirms takes two requests of the three.
#[tokio::test(flavor = "multi_thread")]
async fn s_b6_a_person_still_signs_out() {
    let server = TestServer::with(only_these(&[("authorize", json!([]))], "database")).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let answer = browser.post(END_SESSION, &[("client_id", "conf")]).await;
    let page = browser.follow(answer).await;
    let form = Form::with_button(&page, "action", "sign_out");
    browser.submit(&form).await.assert_page(200);
    assert!(server.sessions().await[0].ended_at.is_some());
}

/// Each choice of an account is a write, made by anybody with a request and a form.
#[tokio::test(flavor = "multi_thread")]
async fn s_b6_choices_of_an_account_are_limited() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("consent", a_minute(&[3]))], store)).await;
        server.advance(0);
        let mut browser = server.browser();
        let request = Authorize::of("conf", CONF_CB).with("prompt", "select_account");
        browser.sign_in().await;
        let answer = browser.authorize(&request).await;
        let page = browser.follow(answer).await;
        let form = Form::with_button(&page, "action", "use_another");
        for number in 0..6 {
            let answer = browser.submit(&form).await;
            if number < 3 {
                assert_eq!(answer.status, 303, "{answer:?}");
            } else {
                answer.assert_page(429);
                assert!(answer.header("retry-after").is_some());
            }
        }
        server.advance(60);
        assert_eq!(browser.submit(&form).await.status, 303);
    }
}

async fn new_password(browser: &mut Browser<'_>, page: &Answer, password: &str) -> Answer {
    let form = Form::of(page).set("password", password);
    browser.submit(&form).await
}

/// Each try of a new password spends the link and gives it back: two writes, and a hash.
#[tokio::test(flavor = "multi_thread")]
async fn s_b6_tries_of_a_new_password_are_limited() {
    for store in STORES {
        let mut settings = only_these(&[("password_reset", a_minute(&[9, 2]))], store);
        settings["mailer"] = json!({ "stub": true });
        let server = TestServer::with(settings).await;
        let link = crate::requests::pages::password::linked(&server).await;
        let mut browser = server.browser();
        let page = browser.get(&link).await;
        for _ in 0..2 {
            new_password(&mut browser, &page, "short")
                .await
                .assert_page(400);
        }
        let good = "another horse battery";
        let limited = new_password(&mut browser, &page, good).await;
        limited.assert_page(429);
        assert!(limited.header("retry-after").is_some());
        // The link is still good, and asking for links has counters of its own.
        server.advance(60);
        let done = new_password(&mut browser, &limited, good).await;
        assert_eq!(done.status, 303, "{done:?}");
    }
}
