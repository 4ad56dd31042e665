//! The life of an interaction (IX-01 to IX-06), and what each event does in each state.

use sea_orm::Set;
use serde_json::json;

use crate::{
    app::{
        browser::{Authorize, Browser, Form},
        fixtures::{ALICE, BOB, CONF_CB, PASSWORD},
        server::{Answer, TestServer},
    },
    requests::pages::at_consent,
};

fn is_login(page: &Answer) -> bool {
    page.body.contains("autocomplete=\"current-password\"")
}

fn is_consent(page: &Answer) -> bool {
    page.body.contains("name=\"decision\"")
}

fn id_of(page: &Answer) -> String {
    Form::of(page).value("interaction").unwrap().to_owned()
}

fn resume(id: &str) -> String {
    format!("/oauth/continue?interaction={id}")
}

/// A request by POST: stored, not bound yet.
async fn posted(browser: &mut Browser<'_>) -> String {
    let fields = Authorize::base().0;
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = browser.post("/oauth/authorize", &form).await;
    answer.location_param("interaction").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_01_ix_02_the_browser_holds_an_id_and_nothing_of_the_request() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let request = Authorize::base()
        .with("state", "client-state")
        .with("nonce", "client-nonce");
    let page = browser.authorize(&request).await;
    let form = Form::of(&page);
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["csrf_token", "interaction", "login", "password"]);
    assert!(!page.body.contains("client-state"));
    assert!(!page.body.contains("client-nonce"));
    let row = &server.interactions().await[0];
    assert_eq!(row.client_state.as_deref(), Some("client-state"));
    assert_eq!(row.state, form.value("interaction").unwrap());
    assert_ne!(row.state, "client-state");
    browser.get(&resume("client-state")).await.assert_page(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_03_another_browser_learns_nothing() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let id = id_of(&page);
    let form = Form::of_consent(&page).set("decision", "allow");
    let mut other = server.browser();
    other.sign_in().await;
    for _ in 0..2 {
        let mut pages = vec![other.submit(&form).await];
        for path in ["continue", "login", "signup", "select-account", "consent"] {
            let path = format!("/oauth/{path}?interaction={id}");
            pages.push(other.get(&path).await);
            pages.push(server.get(&path).await);
        }
        for page in pages {
            page.assert_page(400);
            assert!(page.body.contains("Started in another browser"));
            assert!(!page.body.contains("conf"), "nothing of the client");
        }
        // Nor that its client was switched off meanwhile.
        server.set_client_status("conf", "disabled").await;
    }
    server.set_client_status("conf", "active").await;
    assert_eq!(server.rows().await.codes, 0);
    assert!(browser.submit(&form).await.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_03_a_posted_request_is_bound_by_the_first_continue() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let id = posted(&mut browser).await;
    assert_eq!(server.interactions().await[0].browser_hash, None);
    let page = browser.get(&resume(&id)).await;
    let page = browser.follow(page).await;
    assert!(is_login(&page));
    let mut other = server.browser();
    other.get(&resume(&id)).await.assert_page(400);
    browser.get(&resume(&id)).await.location();
    // Nobody came within a minute.
    let id = posted(&mut browser).await;
    server.advance(61);
    browser.get(&resume(&id)).await.assert_page(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_04_pages_can_be_reloaded_and_change_nothing() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let id = id_of(&page);
    let before = (server.rows().await, server.interactions().await);
    for _ in 0..2 {
        for (path, expected) in [
            ("continue", "/oauth/consent?"),
            ("login", "/oauth/continue?"),
            ("signup", "/oauth/continue?"),
            ("select-account", "/oauth/continue?"),
        ] {
            let answer = browser
                .get(&format!("/oauth/{path}?interaction={id}"))
                .await;
            assert!(answer.location().contains(expected), "{path}");
        }
        let page = browser
            .get(&format!("/oauth/consent?interaction={id}"))
            .await;
        assert!(is_consent(&page));
    }
    assert_eq!((server.rows().await, server.interactions().await), before);
}

/// IX-04: a page of a later step while login is open.
#[tokio::test(flavor = "multi_thread")]
async fn ix_04_a_later_page_leads_back_to_the_open_step() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let id = id_of(&page);
    for path in ["consent", "select-account"] {
        let answer = browser
            .get(&format!("/oauth/{path}?interaction={id}"))
            .await;
        assert!(answer.location().contains("/oauth/continue?"), "{path}");
    }
    // Login and sign-up lead to each other.
    for path in ["login", "signup"] {
        let page = browser
            .get(&format!("/oauth/{path}?interaction={id}"))
            .await;
        page.assert_page(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_05_a_double_allow_gives_one_code() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let first = browser.allow(&page).await;
    let second = browser.allow(&page).await;
    let third = browser.get(&resume(&id_of(&page))).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(first.location(), third.location());
    assert_eq!(server.rows().await.codes, 1);
    assert_eq!(server.rows().await.consents, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_05_parallel_allows_give_one_code() {
    let server = TestServer::start().await;
    let (browser, page) = at_consent(&server, &Authorize::base()).await;
    let form = Form::of_consent(&page).set("decision", "allow");
    let mut tabs: Vec<Browser<'_>> = (0..8)
        .map(|_| {
            let mut tab = server.browser();
            tab.cookies.clone_from(&browser.cookies);
            tab
        })
        .collect();
    // One that comes late is sent to `continue`, which knows the end.
    let posts = tabs.iter_mut().map(async |tab| {
        let answer = tab.submit(&form).await;
        tab.follow(answer).await
    });
    let answers = futures_util::future::join_all(posts).await;
    let location = answers[0].location();
    assert!(location.starts_with(CONF_CB), "{location}");
    for answer in &answers {
        assert_eq!(answer.location(), location);
    }
    assert_eq!(server.rows().await.codes, 1);
    assert_eq!(server.rows().await.consents, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_login_ends_at_the_same_place() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let first = browser.submit(&form).await;
    let consent = browser.follow(first).await;
    let second = browser.submit(&form).await;
    let again = browser.follow(second).await;
    assert!(is_consent(&again));
    // The page that was open before the second click still counts: the same person.
    let location = browser.allow(&consent).await.location().to_owned();
    // With consent on file, the login itself ends the interaction.
    let login = Authorize::base().with("prompt", "login");
    let page = browser.authorize(&login).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let first = browser.submit(&form).await;
    let second = browser.submit(&form).await;
    assert_eq!(first.location(), second.location());
    assert_ne!(first.location(), location);
    assert_eq!(server.rows().await.codes, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_repeated_for_half_a_minute_and_until_it_is_used() {
    let server = TestServer::start().await;
    server.advance(0);
    server
        .change_client("conf", |client| {
            client.client_uri = Set(Some("https://app.example/home".to_owned()));
        })
        .await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let first = browser.allow(&page).await;
    server.advance(29);
    assert_eq!(browser.allow(&page).await.location(), first.location());
    server.advance(1);
    for answer in [
        browser.allow(&page).await,
        browser.get(&resume(&id_of(&page))).await,
    ] {
        answer.assert_page(400);
        assert!(answer.body.contains("already completed"));
        assert!(answer.body.contains("href=\"https://app.example/home\""));
        assert!(!answer.body.contains("code="));
    }
    // Used at once: never again.
    let again = Authorize::base().with("prompt", "consent");
    let page = browser.authorize(&again).await;
    let answer = browser.allow(&page).await;
    let code = answer.location_param("code").unwrap();
    server.redeem(&code).await.ok();
    browser.allow(&page).await.assert_page(400);
    assert_eq!(server.rows().await.codes, 2, "never a second code");
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_06_an_interaction_expires_and_says_what_to_do() {
    let server = TestServer::start().await;
    server.advance(0);
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let id = id_of(&page);
    server.advance(599);
    let login = format!("/oauth/login?interaction={id}");
    assert!(is_login(&browser.get(&login).await));
    server.advance(1);
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    for answer in [browser.submit(&form).await, browser.get(&resume(&id)).await] {
        answer.assert_page(400);
        assert!(answer.body.contains("This took too long"));
        assert!(answer.body.contains("start again"));
    }
    assert_eq!(server.rows().await.codes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_06_each_step_renews_it_four_times_at_most() {
    let server = TestServer::with(json!({ "state_ttl_seconds": 100 })).await;
    server.advance(0);
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let start = server.interactions().await[0].expires_at - 100;
    for (passed, ends) in [(90, 190), (90, 280), (90, 370), (90, 400)] {
        server.advance(passed);
        assert_eq!(browser.submit(&form).await.status, 303);
        let row = &server.interactions().await[0];
        assert_eq!(row.expires_at - start, ends);
    }
    server.advance(40);
    browser.submit(&form).await.assert_page(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn ix_06_a_browser_has_twenty() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let first = browser.authorize(&Authorize::base()).await;
    for _ in 0..10 {
        browser.authorize(&Authorize::base()).await;
        let id = posted(&mut browser).await;
        browser.get(&resume(&id)).await.location();
    }
    assert_eq!(server.rows().await.interactions, 20);
    let gone = browser.get(&resume(&id_of(&first))).await;
    gone.assert_page(400);
    // Another browser's are not touched.
    let mut other = server.browser();
    other.authorize(&Authorize::base()).await;
    assert_eq!(server.rows().await.interactions, 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_on_every_page_tells_the_client() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    for prompt in ["login", "create", "select_account"] {
        let request = Authorize::base().with("prompt", prompt);
        let page = browser.authorize(&request).await;
        let form = Form::with_button(&page, "action", "cancel");
        let answer = browser.submit(&form).await;
        answer.assert_back(CONF_CB, "access_denied");
        assert_eq!(answer.location_param("state").as_deref(), Some("S"));
        let again = browser.submit(&form).await;
        assert_eq!(again.location(), answer.location(), "{prompt}");
    }
    let rows = server.interactions().await;
    assert!(rows.iter().all(|row| row.intent == "denied"));
    assert_eq!(server.rows().await.codes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intent_names_the_next_step() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let request = Authorize::base().with("prompt", "create");
    let page = browser.authorize(&request).await;
    let intent = async || server.interactions().await[0].intent.clone();
    assert_eq!(intent().await, "create");
    let form = Form::of(&page).set("email", BOB).set("password", PASSWORD);
    let answer = browser.submit(&form).await;
    assert_eq!(intent().await, "consent");
    let page = browser.follow(answer).await;
    let other = Form::with_button(&page, "action", "use_another");
    browser.submit(&other).await;
    assert_eq!(intent().await, "login");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_switched_off_stops_its_interactions() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let path = resume(&id_of(&page));
    server.set_client_status("conf", "disabled").await;
    for answer in [browser.allow(&page).await, browser.get(&path).await] {
        answer.assert_page(400);
        assert!(answer.body.contains("unauthorized_client"));
    }
    server.set_client_status("conf", "deleted").await;
    let answer = browser.get(&path).await;
    answer.assert_page(400);
    assert!(answer.body.contains("Its registration was removed"));
    server.set_client_status("conf", "active").await;
    let uris = json!(["https://app.example/new"]);
    server
        .change_client("conf", |client| client.redirect_uris = Set(uris))
        .await;
    let answer = browser.allow(&page).await;
    answer.assert_page(400);
    assert_eq!(server.rows().await.codes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_of_what_the_client_no_longer_is_does_not_count() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    server
        .change_client("conf", |client| {
            client.client_name = Set(Some("Renamed".to_owned()));
            client.version = Set(2);
        })
        .await;
    let answer = browser.allow(&page).await;
    assert!(answer.location().contains("/oauth/continue?"));
    assert_eq!(server.rows().await.codes, 0);
    let page = browser.follow(answer).await;
    assert!(is_consent(&page) && page.body.contains("Renamed"));
    let answer = browser.allow(&page).await;
    assert!(answer.location_param("code").is_some());
    assert_eq!(server.consents().await[0].client_version, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_elsewhere_sends_back_to_login() {
    let server = TestServer::start().await;
    for prompt in ["consent", "select_account"] {
        let mut browser = server.browser();
        browser.sign_in().await;
        let request = Authorize::base().with("prompt", prompt);
        let page = browser.authorize(&request).await;
        let id = id_of(&page);
        let logout = browser.get("/oauth/logout").await;
        let form = Form::with_button(&logout, "action", "sign_out");
        browser.submit(&form).await;
        let answer = browser.get(&resume(&id)).await;
        assert!(answer.location().contains("/oauth/login?"), "{prompt}");
    }
    assert_eq!(server.rows().await.codes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_a_second_tab_serves_the_first() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    browser.sign_in().await;
    let answer = browser.get(&resume(&id_of(&page))).await;
    let page = browser.follow(answer).await;
    assert!(is_consent(&page));
    assert!(browser.allow(&page).await.location_param("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allow_while_another_step_is_open_is_no_approval() {
    let server = TestServer::start().await;
    let (mut browser, page) = at_consent(&server, &Authorize::base()).await;
    let other = Form::with_button(&page, "action", "use_another");
    browser.submit(&other).await;
    // A login is open now; the old form is still the same account's.
    let answer = browser.allow(&page).await;
    assert!(answer.location().contains("/oauth/continue?"));
    let rows = server.rows().await;
    assert_eq!((rows.codes, rows.consents), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_lost_interactions_say_what_to_do() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of(&page).set("interaction", "A".repeat(22).as_str());
    let page = browser.submit(&form).await;
    page.assert_page(400);
    assert!(page.body.contains("Go back to the app and start again"));
    let twice = format!("{}&interaction=x", resume("x"));
    browser.get(&twice).await.assert_page(400);
}
