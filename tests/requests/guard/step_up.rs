//! A guard that wants a stronger or a younger login (GU-05; RFC 9470).

use loco_rs::{app::Hooks, boot::StartMode, environment::Environment};
use serde_json::{Value, json};

use crate::app::{
    App,
    browser::{Authorize, Browser, VERIFIER},
    fixtures::{ALICE, PASSWORD},
    guarded::{self, AGENT_CB, API},
    server::TestServer,
    tokens::{show, snapshot, text},
};

const VAULT: &str = "https://as.example/vault";

async fn server() -> TestServer {
    let mut resources = guarded::settings()["resources"].clone();
    let vault = json!({ "prefix": "/vault", "scopes": ["vault:open"] });
    resources.as_array_mut().unwrap().push(vault);
    let server = TestServer::guarded_with(json!({
        "resources": resources,
        "acr_values": ["pwd", "mfa", "hardware"],
        "login_url": "/own/login",
    }))
    .await;
    let scopes = json!(["openid", "vault:open", "notes:read", "notes:write"]);
    server
        .change_client("agent", |client| client.scopes = sea_orm::Set(Some(scopes)))
        .await;
    server
}

/// A token for a request, with a login of the class `acr` if the person is asked.
async fn token(
    browser: &mut Browser<'_>,
    server: &TestServer,
    request: &Authorize,
    acr: &str,
) -> String {
    let mut answer = browser.get(&request.path()).await;
    if answer.status == 303 && answer.location().contains("/own/login?") {
        let page = answer.location().to_owned();
        let form = [("email", ALICE), ("password", PASSWORD), ("acr", acr)];
        answer = browser.post(&page, &form).await;
    }
    answer = browser.follow(answer).await;
    if answer.body.contains("name=\"decision\"") {
        answer = browser.allow(&answer).await;
    }
    let code = answer
        .location_param("code")
        .unwrap_or_else(|| panic!("no code: {answer:?}"));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", AGENT_CB),
        ("code_verifier", VERIFIER),
        ("client_id", "agent"),
    ];
    let tokens = server.post("/oauth/token", &form).await.ok();
    text(&tokens, "access_token").to_owned()
}

fn request(scope: &str, resource: &str) -> Authorize {
    Authorize::of("agent", AGENT_CB)
        .with("scope", scope)
        .and("resource", resource)
}

/// The value of a parameter of the challenge.
fn challenged(challenge: &str, name: &str) -> Option<String> {
    let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

/// RFC 9470 §2: refused, sent back to the authorization endpoint with what the challenge says, served.
#[tokio::test(flavor = "multi_thread")]
async fn gu_05_the_journey_to_a_stronger_login() {
    let server = server().await;
    let mut browser = server.browser();
    let first = token(
        &mut browser,
        &server,
        &request("openid vault:open", VAULT),
        "pwd",
    )
    .await;
    let answer = server.call("/vault", &first).await;
    answer.assert_error(401, "insufficient_user_authentication");
    snapshot!("guard_step_up_acr", show(&answer));
    let challenge = answer.header("www-authenticate").unwrap();
    let wanted = challenged(challenge, "acr_values").unwrap();
    assert_eq!(challenged(challenge, "max_age"), None);

    let again =
        request(&challenged(challenge, " scope").unwrap(), VAULT).with("acr_values", &wanted);
    let second = token(&mut browser, &server, &again, "mfa").await;
    let shown = server.call("/vault", &second).await.ok();
    assert_eq!(shown["acr"], "mfa");
    let answer = server.call("/vault", &first).await;
    answer.assert_error(401, "insufficient_user_authentication");
    // A stronger class will do, too.
    let strong = request("vault:open", VAULT).with("acr_values", "hardware");
    let third = token(&mut server.browser(), &server, &strong, "hardware").await;
    server.call("/vault", &third).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn gu_05_the_journey_to_a_younger_login() {
    let server = server().await;
    let mut browser = server.browser();
    server.advance(0);
    let request = request("openid vault:open", VAULT);
    let first = token(&mut browser, &server, &request, "pwd").await;
    server.advance(299);
    server.call("/recent", &first).await.ok();
    server.advance(10);
    let answer = server.call("/recent", &first).await;
    answer.assert_error(401, "insufficient_user_authentication");
    snapshot!("guard_step_up_max_age", show(&answer));
    let challenge = answer.header("www-authenticate").unwrap();
    let max_age = challenged(challenge, "max_age").unwrap();
    assert_eq!(challenged(challenge, "acr_values"), None);
    // The session is still there, and yet the person is asked.
    let second = token(
        &mut browser,
        &server,
        &request.with("max_age", &max_age),
        "pwd",
    )
    .await;
    server.call("/recent", &second).await.ok();
}

/// A handler names what the guard wants, too, so that one journey is enough for both.
#[tokio::test(flavor = "multi_thread")]
async fn gu_05_a_handler_wants_more_than_its_guard() {
    let server = server().await;
    server.advance(0);
    let weak = token(
        &mut server.browser(),
        &server,
        &request("vault:open", VAULT),
        "pwd",
    )
    .await;
    let answer = server.call("/recent/erase", &weak).await;
    answer.assert_error(401, "insufficient_user_authentication");
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!(challenged(challenge, "acr_values").as_deref(), Some("mfa"));
    assert_eq!(challenged(challenge, "max_age").as_deref(), Some("300"));
    let strong = token(
        &mut server.browser(),
        &server,
        &request("vault:open", VAULT),
        "mfa",
    )
    .await;
    server.call("/recent/erase", &strong).await.ok();
    server.advance(61);
    let answer = server.call("/recent/erase", &strong).await;
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!(challenged(challenge, "max_age").as_deref(), Some("60"));
    let answer = server.call("/recent/unknown", &strong).await;
    answer.assert_error(500, "server_error");
}

/// At an extractor, with a JWT, behind a layer that has let the token through.
#[tokio::test(flavor = "multi_thread")]
async fn gu_05_an_extractor_wants_a_login() {
    let server = server().await;
    let asked = request("notes:write", API);
    let weak = token(&mut server.browser(), &server, &asked, "pwd").await;
    let answer = server.call_post("/pay", &weak).await;
    answer.assert_error(401, "insufficient_user_authentication");
    snapshot!("guard_step_up_extractor", show(&answer));
    let strong = token(&mut server.browser(), &server, &asked, "mfa").await;
    server.call_post("/pay", &strong).await.ok();
}

/// The scopes come first, and a machine has no login.
#[tokio::test(flavor = "multi_thread")]
async fn gu_05_machines_and_scopes() {
    let server = server().await;
    let scopes = Some(json!(["vault:open"]));
    server
        .change_client("robot", |client| client.scopes = sea_orm::Set(scopes))
        .await;
    let machine = server.robot_token("vault:open", VAULT).await;
    let answer = server.call("/vault", &machine).await;
    answer.assert_error(401, "insufficient_user_authentication");
    let other = token(
        &mut server.browser(),
        &server,
        &request("notes:read", API),
        "pwd",
    )
    .await;
    let answer = server.call_post("/pay", &other).await;
    answer.assert_error(403, "insufficient_scope");
}

/// What no token can fulfil stops the boot.
#[tokio::test(flavor = "multi_thread")]
async fn gu_05_a_guard_that_wants_what_there_is_not_stops_the_boot() {
    let server = TestServer::guarded().await;
    let mut config = server.ctx.config.clone();
    let block = config.initializers.as_mut().unwrap();
    let block: &mut Value = block.get_mut("oauth_server").unwrap();
    block["resources"] = json!([{ "prefix": "/weak", "scopes": ["a:read"] }]);
    let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config).await;
    let error = boot.err().unwrap().to_string();
    insta::assert_snapshot!(error, @"oauth_server: a guard of the resource `/weak` wants a login of the class `retina`, which is not in `acr_values` — add it there, or name one of: urn:mace:incommon:iap:bronze");
}
