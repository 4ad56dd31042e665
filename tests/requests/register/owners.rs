//! People and the clients they registered (hook `may_manage`, C064).

use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, Browser},
    fixtures::BOB,
    registration::{metadata, open},
    server::{ISSUER, TestServer, param},
    tokens::text,
};

/// A client that the person of the browser registers.
async fn registered_by(browser: &mut Browser<'_>, server: &TestServer, name: &str) -> Value {
    let request = server.http.post(server.url("/oauth/register"));
    let request = request
        .header("origin", ISSUER)
        .json(&metadata(&json!({ "client_name": name })));
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn s34_4_owners_manage_their_clients_and_the_hook_says_who_else() {
    let server = TestServer::with(open()).await.with_bob();
    let server = server.await;
    let (mut alice, mut bob) = (server.browser(), server.browser());
    alice.sign_in().await;
    bob.sign_in_as(BOB).await;
    let own = registered_by(&mut alice, &server, "Private").await;
    let shared = registered_by(&mut alice, &server, "Shared").await;
    let broken = registered_by(&mut alice, &server, "Unmanageable").await;
    let strangers = server.registered(&metadata(&json!({}))).await;
    let get = |client: &Value, headers: &[(&str, &str)]| {
        let request = server.at_registration("GET", client);
        headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        })
    };
    let here = [("origin", ISSUER)];
    let reads = [("sec-fetch-site", "same-origin")];

    let read = alice.send(get(&own, &reads)).await.ok();
    assert_eq!(read["client_name"], "Private");
    assert!(read.get("registration_access_token").is_none());
    for foreign in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("sec-fetch-site", "none")],
    ] {
        alice
            .send(get(&own, foreign))
            .await
            .assert_error(401, "invalid_token");
    }
    bob.send(get(&own, &here))
        .await
        .assert_error(401, "invalid_token");
    alice
        .send(get(&strangers, &here))
        .await
        .assert_error(401, "invalid_token");
    alice
        .send(get(&broken, &here))
        .await
        .assert_error(500, "server_error");

    // The hook lets everybody read the shared one.
    assert_eq!(
        bob.send(get(&shared, &here)).await.ok()["client_name"],
        "Shared"
    );
    let delete = server
        .at_registration("DELETE", &shared)
        .header("origin", ISSUER);
    bob.send(delete).await.assert_error(401, "invalid_token");

    let mut update = metadata(&json!({ "client_name": "Renamed" }));
    update["client_id"] = own["client_id"].clone();
    let put = server.at_registration("PUT", &own).header("origin", ISSUER);
    assert_eq!(
        alice.send(put.json(&update)).await.ok()["client_name"],
        "Renamed"
    );
    let delete = server
        .at_registration("DELETE", &own)
        .header("origin", ISSUER);
    assert_eq!(alice.send(delete).await.status, 204);
    assert_eq!(server.client_row(&own).await.status, "deleted");
}

/// A consent is for one client, however much another one resembles it.
#[tokio::test(flavor = "multi_thread")]
async fn c064_a_look_alike_asks_for_its_own_consent() {
    let server = TestServer::with(open()).await;
    let twin = metadata(&json!({
        "client_name": "Shop",
        "logo_uri": "https://new.example/logo.png",
        "scope": "openid",
    }));
    let first = server.registered(&twin).await;
    let second = server.registered(&twin).await;
    let request = |client: &Value| {
        Authorize::of(text(client, "client_id"), "https://new.example/cb").with("scope", "openid")
    };
    let mut browser = server.browser();
    let location = browser.complete(&request(&first)).await;
    assert!(param(&location, "code").is_some());
    // The first one is remembered.
    let answer = browser.authorize(&request(&first)).await;
    assert!(param(answer.location(), "code").is_some());
    let consents = server.consents().await;
    let page = browser.authorize(&request(&second)).await;
    page.assert_page(200);
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
    assert_eq!(server.consents().await, consents);
    // C055: nobody vouches for the links and logos of a stranger.
    assert!(!page.body.contains("logo.png"), "{page:?}");
}
