//! Names that a stranger invents with every request: the table of counters does not grow with them.

use serde_json::{Value, json};

use super::login::try_password;
use crate::app::{
    browser::Form,
    fixtures::{ALICE, PASSWORD},
    limits::only,
    oauth_server::oauth_ephemerals,
    server::{Answer, Basic, TestServer},
};

/// Nine of a name, five of the address.
fn few(entry: &str) -> Value {
    let window = |limit: u32| json!({ "limit": limit, "seconds": 60 });
    only(entry, &json!([window(9), window(5)]), "database")
}

async fn counters(server: &TestServer) -> u64 {
    use sea_orm::{EntityTrait, PaginatorTrait};
    let counters = oauth_ephemerals::Entity::find();
    counters.count(&server.ctx.db).await.unwrap()
}

/// After `refused` the address is known; 30 more names are counted for nobody.
async fn assert_bounded<F: Future<Output = Answer>>(
    server: &TestServer,
    what: &str,
    refused: u16,
    ask: impl Fn(usize) -> F,
) {
    for number in 0..5 {
        let answer = ask(number).await;
        assert_eq!(answer.status, refused, "{what} {number}: {answer:?}");
    }
    let before = counters(server).await;
    assert!(before > 0, "{what}: nothing is counted");
    for number in 5..35 {
        assert_eq!(ask(number).await.status, 429, "{what} {number}");
    }
    assert_eq!(counters(server).await, before, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c263_counters_of_invented_clients_are_bounded() {
    let machine = [("grant_type", "client_credentials"), ("token", "x")];
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        let mut settings = few("token_failure");
        // Those of the endpoints themselves are counted, too.
        for entry in ["token", "introspect", "revoke"] {
            settings["rate_limits"][entry] = json!([{ "limit": 99, "seconds": 60 }]);
        }
        let server = TestServer::with(settings).await;
        let ask = |number| {
            let (server, machine) = (&server, &machine);
            let client = format!("invented{number}");
            async move { server.post_as(Basic::of(&client, "x"), path, machine).await }
        };
        assert_bounded(&server, path, 401, ask).await;
    }
}

/// Refused before anybody is asked who they are.
#[tokio::test(flavor = "multi_thread")]
async fn c263_counters_of_clients_without_a_grant_are_bounded() {
    let mut settings = few("token_failure");
    settings["rate_limits"]["token"] = json!([{ "limit": 99, "seconds": 60 }]);
    let server = TestServer::with(settings).await;
    let ask = |number| {
        let server = &server;
        let client = format!("invented{number}");
        async move {
            let form = [("grant_type", "magic"), ("client_id", client.as_str())];
            server.post("/oauth/token", &form).await
        }
    };
    assert_bounded(&server, "no grant", 400, ask).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c263_counters_of_invented_tokens_are_bounded() {
    let server = TestServer::with(few("userinfo")).await;
    let ask = |number| {
        let server = &server;
        async move { server.userinfo(&format!("invented{number}")).await }
    };
    assert_bounded(&server, "userinfo", 401, ask).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c263_counters_of_invented_logins_are_bounded() {
    let server = TestServer::with(few("login")).await;
    let ask = |number| {
        let server = &server;
        async move {
            let login = format!("invented{number}@example.com");
            try_password(&mut server.browser(), &login, "wrong").await
        }
    };
    assert_bounded(&server, "login", 400, ask).await;
}

/// A window that is used up is known to be until it ends: a flood costs the database nothing.
#[tokio::test(flavor = "multi_thread")]
async fn c264_what_is_over_its_limit_costs_no_statement() {
    let server = TestServer::with(few("login")).await;
    let mut browser = server.browser();
    for attempt in 0..6 {
        let login = format!("invented{attempt}@example.com");
        let answer = try_password(&mut browser, &login, "wrong").await;
        assert_eq!(answer.status, if attempt < 5 { 400 } else { 429 });
    }
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    server.database.recorder.take();
    for _ in 0..5 {
        let refused = browser.submit(&form).await;
        refused.assert_page(429);
        let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    let statements = server.database.recorder.take();
    assert_eq!(statements, Vec::<String>::new());
    server.advance(61);
    assert_eq!(browser.submit(&form).await.status, 303);
}

/// Nor does a login for which no core has time.
#[tokio::test(flavor = "multi_thread")]
async fn c264_a_login_without_a_place_costs_no_statement() {
    let server = TestServer::with(few("login")).await;
    let oauth = server.oauth();
    let mut browser = server.browser();
    let page = browser.get("/oauth/login").await;
    let form = Form::of(&page)
        .set("login", ALICE)
        .set("password", PASSWORD);
    let places: Vec<_> = std::iter::from_fn(|| oauth.people.hashing.queue_permit().ok()).collect();
    server.database.recorder.take();
    let refused = browser.submit(&form).await;
    refused.assert_page(503);
    assert_eq!(refused.header("retry-after"), Some("2"));
    let statements = server.database.recorder.take();
    assert_eq!(statements, Vec::<String>::new());
    drop(places);
    assert_eq!(browser.submit(&form).await.status, 303);
}
