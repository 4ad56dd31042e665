//! AR-01 to AR-05, GE-08: what comes back to the client, and how.

use std::collections::HashSet;

use loco_oauth_server::internals::protocol::secret::{Purpose, hash};
use sea_orm::Set;
use serde_json::json;

use super::{alice, server};
use crate::app::{
    browser::{Authorize, Form},
    fixtures::{CONF_CB, DYN_CB},
    server::{Answer, ISSUER, TestServer, param},
};

const STYLESHEET: &str = "<link rel=\"stylesheet\" href=\"";

#[tokio::test(flavor = "multi_thread")]
async fn c027_ge_02_an_empty_state_is_no_state() {
    let server = server().await;
    let request = Authorize::base().with("state", "");
    let location = server.browser().complete(&request).await;
    assert!(param(&location, "code").is_some());
    assert!(!location.contains("state"), "{location}");
    assert_eq!(server.codes().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn c028_ar_01_state_comes_back_byte_for_byte() {
    let server = server().await;
    let mut state = "&=#%+ \"<>\u{1f980}\r\n".to_owned();
    state.push_str(&"s".repeat(2048 - state.len()));
    let mut browser = server.browser();
    // Once through the stored interaction, once with a code at once.
    for _ in 0..2 {
        let request = Authorize::base().with("state", &state);
        let location = browser.complete(&request).await;
        assert!(location.is_ascii());
        assert_eq!(param(&location, "state").as_deref(), Some(&*state));
        assert!(param(&location, "code").is_some());
    }
    assert_eq!(server.codes().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn c029_ar_01_ar_02_iss_is_in_success_and_error() {
    let server = server().await;
    let metadata = server
        .get("/.well-known/oauth-authorization-server")
        .await
        .ok();
    let mut browser = server.browser();
    let success = browser.complete(&Authorize::base()).await;
    let silent = Authorize::base().with("prompt", "none login");
    let error = browser.get(&silent.path()).await.location().to_owned();
    for location in [success, error] {
        assert_eq!(param(&location, "iss").as_deref(), Some(ISSUER));
        assert_eq!(metadata["issuer"], ISSUER);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_01_the_redirect_uris_own_query_stays() {
    let server = server().await;
    let uri = "https://app.example/cb?tenant=1&x";
    server
        .change_client("conf", |client| client.redirect_uris = Set(json!([uri])))
        .await;
    let request = Authorize::of("conf", uri);
    let location = server.browser().complete(&request).await;
    assert!(location.starts_with(&format!("{uri}&code=")), "{location}");
    let location = server
        .browser()
        .get(&request.with("prompt", "none").path())
        .await;
    let location = location.location().to_owned();
    assert!(location.starts_with(&format!("{uri}&error=")), "{location}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c030_ge_08_every_redirect_of_the_flow_is_303() {
    let server = server().await;
    let mut browser = server.browser();
    let first = browser.get(&Authorize::base().path()).await;
    assert_eq!(first.status, 303);
    let page = browser.follow(first).await;
    let form = Form::of(&page)
        .set("login", crate::app::fixtures::ALICE)
        .set("password", crate::app::fixtures::PASSWORD);
    let signed_in = browser.submit(&form).await;
    assert_eq!(signed_in.status, 303);
    let page = browser.follow(signed_in).await;
    let allowed = browser.allow(&page).await;
    assert_eq!(allowed.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn c031_no_store_no_referrer_nothing_from_third_parties() {
    let server = server().await;
    let mut browser = server.browser();
    let mut answers = vec![browser.get(&Authorize::base().path()).await];
    let page = browser.get(answers[0].location()).await;
    let form = Form::of(&page)
        .set("login", crate::app::fixtures::ALICE)
        .set("password", crate::app::fixtures::PASSWORD);
    let refused = browser.submit(&form.clone().set("password", "wrong")).await;
    refused.assert_page(400);
    answers.extend([page, refused]);
    let signed_in = browser.submit(&form).await;
    let consent = browser.get(signed_in.location()).await;
    answers.push(signed_in);
    let allowed = browser.allow(&consent).await;
    answers.extend([consent, allowed]);
    let select = Authorize::base().with("prompt", "select_account");
    let select = browser.authorize(&select).await;
    select.assert_page(200);
    answers.push(select);
    for path in ["/oauth/signup", "/oauth/apps", "/oauth/logout"] {
        let page = browser.get(path).await;
        page.assert_page(200);
        answers.push(page);
    }
    answers.push(server.get("/oauth/authorize").await);
    browser.navigates = true;
    let again = Authorize::base().with("prompt", "consent");
    let consent = browser.authorize(&again).await;
    let page = browser.allow(&consent).await;
    handed_off(&page, "https://app.example/cb?code=");
    answers.push(page);
    for answer in &answers {
        assert_private(answer);
    }
}

/// Nothing is kept, nothing is told to others, nothing is loaded from them.
#[track_caller]
fn assert_private(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    for attribute in ["src=\"", "<script", "<iframe", "@import", "url("] {
        assert!(!answer.body.contains(attribute), "{attribute}");
    }
    let sheets = answer.body.matches(STYLESHEET).count();
    let own = format!("{STYLESHEET}{ISSUER}/oauth/assets/");
    assert_eq!(answer.body.matches(&own).count(), sheets);
    assert_eq!(answer.body.matches("<link").count(), sheets);
}

/// The only file that pages load; it needs no other.
#[tokio::test(flavor = "multi_thread")]
async fn c031_the_stylesheet_loads_nothing() {
    let server = server().await;
    let page = server.get("/oauth/login").await;
    let (_, rest) = page.body.split_once(STYLESHEET).unwrap();
    let (path, _) = rest.split_once('"').unwrap();
    let sheet = server.get(path).await;
    assert_eq!(sheet.status, 200);
    assert_eq!(
        sheet.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    let sheet = sheet.body.to_lowercase();
    for load in ["@import", "url(", "image-set("] {
        assert!(!sheet.contains(load), "{load}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c032_ar_04_strangers_are_not_redirected_with_an_error() {
    let server = server().await;
    let bad = Authorize::of("dyn", DYN_CB).with("scope", "\"");
    let before = server.everything().await;
    let page = server.browser().get(&bad.path()).await;
    page.assert_page(400);
    assert!(page.body.contains("invalid_scope"));
    assert!(page.body.contains("tool.example"), "names the host");
    let link = "href=\"https://tool.example/cb?error=invalid_scope";
    assert!(page.body.contains(link), "{}", page.body);
    assert_eq!(server.everything().await, before);
    // Not for a silent request, a signed-in browser, or a known client.
    let silent = bad.clone().with("prompt", "none");
    let answer = server.browser().get(&silent.path()).await;
    answer.assert_back(DYN_CB, "invalid_scope");
    let answer = alice(&server).await.get(&bad.path()).await;
    answer.assert_back(DYN_CB, "invalid_scope");
    let known = Authorize::base().with("scope", "\"");
    let answer = server.browser().get(&known.path()).await;
    answer.assert_back(CONF_CB, "invalid_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn c036_nonce_comes_back_in_the_id_token() {
    let server = server().await;
    let (short, long) = ("n".repeat(64), "m".repeat(512));
    for nonce in [Some(short.as_str()), Some(long.as_str()), Some(""), None] {
        let request = match nonce {
            Some(nonce) => Authorize::base().with("nonce", nonce),
            None => Authorize::base(),
        };
        let tokens = server.tokens(&request).await;
        let claims = claims(tokens["id_token"].as_str().unwrap());
        // An empty one is none.
        let wanted = nonce.filter(|nonce| !nonce.is_empty());
        assert_eq!(
            claims.get("nonce").cloned(),
            wanted.map(|nonce| json!(nonce))
        );
    }
}

/// Payload of a JWT, unverified.
pub fn claims(token: &str) -> serde_json::Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c038_hints_are_never_errors() {
    let server = server().await;
    let markup = "\"><img src=x onerror=alert(1)>";
    let request = Authorize::base()
        .with("display", "popup")
        .with("ui_locales", "xx  ")
        .with("acr_values", "9 ")
        .with("login_hint", markup);
    let page = server.browser().authorize(&request).await;
    page.assert_page(200);
    assert!(!page.body.contains("<img"), "{}", page.body);
    let form = Form::of(&page);
    assert_eq!(form.value("login"), Some(markup));
    let location = server.browser().complete(&request).await;
    assert!(param(&location, "code").is_some(), "{location}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c039_codes_are_random_short_lived_and_stored_as_hashes() {
    let server = server().await;
    let mut browser = server.browser();
    let mut codes = HashSet::new();
    for _ in 0..50 {
        let code = browser.code(&Authorize::base()).await;
        let random = code.strip_prefix("loco_ac_").unwrap();
        // 43 characters of base64url are 256 bits.
        assert_eq!(random.len(), 43);
        assert!(codes.insert(code));
    }
    let mut stored = HashSet::new();
    for row in server.codes().await {
        assert_eq!(row.expires_at - row.issued_at, 60);
        stored.extend(row.code_hash);
    }
    let hashes = codes
        .iter()
        .map(|code| hash(Purpose::Code, code).0.to_vec());
    assert_eq!(stored, hashes.collect::<HashSet<_>>());
    // The hashes are all there is of them, in whatever table.
    let dump = server.dump().await;
    assert!(dump.contains(crate::app::fixtures::ALICE));
    assert!(codes.iter().all(|code| !dump.contains(code.as_str())));
    // The sealed location of the interaction does not show it either.
    for row in server.interactions().await {
        let sealed = row.result_sealed.unwrap();
        let sealed = String::from_utf8_lossy(&sealed).into_owned();
        assert!(codes.iter().all(|code| !sealed.contains(code.as_str())));
    }
}

fn handed_off(page: &Answer, target: &str) {
    page.assert_page(200);
    let refresh = "<meta http-equiv=\"refresh\" content=\"0;url=";
    let (_, rest) = page.body.split_once(refresh).unwrap();
    assert!(rest.starts_with(target), "{rest}");
    assert!(page.body.contains(&format!("href=\"{target}")));
    let csp = page.header("content-security-policy").unwrap();
    assert!(csp.contains("form-action 'self';"), "{csp}");
}

/// C066 as far as HTTP shows it; what Chromium makes of the page needs a browser.
#[tokio::test(flavor = "multi_thread")]
async fn c066_ar_05_forms_of_browsers_end_on_the_hand_off_page() {
    let server = server().await;
    let mut browser = alice(&server).await;
    browser.navigates = true;
    let page = browser.authorize(&Authorize::base()).await;
    let page = browser.allow(&page).await;
    handed_off(&page, "https://app.example/cb?code=");
    assert_eq!(server.codes().await.len(), 1);
    // Its code is the one that was issued.
    let (_, code) = page.body.split_once("code=").unwrap();
    let (code, _) = code.split_once("&amp;").unwrap();
    server.redeem(code).await.ok();
    // A refusal too.
    let again = Authorize::base().with("prompt", "consent");
    let page = browser.authorize(&again).await;
    let form = Form::of_consent(&page).set("decision", "deny");
    let page = browser.submit(&form).await;
    handed_off(&page, "https://app.example/cb?error=access_denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_05_a_login_that_ends_at_the_client_is_handed_off() {
    let server = server().await;
    server.browser().code(&Authorize::base()).await;
    let mut browser = server.browser();
    browser.navigates = true;
    let page = browser.authorize(&Authorize::base()).await;
    let form = Form::of(&page)
        .set("login", crate::app::fixtures::ALICE)
        .set("password", crate::app::fixtures::PASSWORD);
    let page = browser.submit(&form).await;
    handed_off(&page, "https://app.example/cb?code=");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_05_continue_hands_off_only_after_an_own_page() {
    let server = server().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let request = Authorize::base().with("prompt", "login");
    let started = browser.get(&request.path()).await;
    let id = started.location_param("interaction").unwrap();
    let page = browser.get(started.location()).await;
    let form = Form::of(&page)
        .set("login", crate::app::fixtures::ALICE)
        .set("password", crate::app::fixtures::PASSWORD);
    browser.submit(&form).await.location_param("code").unwrap();
    let url = server.url(&format!("/oauth/continue?interaction={id}"));
    for (site, is_page) in [
        ("same-origin", true),
        ("cross-site", false),
        ("none", false),
    ] {
        let request = server.http.get(&url);
        let request = request.header("sec-fetch-mode", "navigate");
        let answer = browser.send(request.header("sec-fetch-site", site)).await;
        if is_page {
            handed_off(&answer, "https://app.example/cb?code=");
        } else {
            assert!(answer.location_param("code").is_some(), "{site}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_05_authorize_itself_and_private_schemes_get_the_redirect() {
    let server = server().await;
    let mut browser = server.browser();
    browser.code(&Authorize::base()).await;
    let request = server.http.get(server.url(&Authorize::base().path()));
    let request = request
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "same-origin");
    let answer = browser.send(request).await;
    assert!(answer.location_param("code").is_some());
    browser.navigates = true;
    let native = Authorize::of("native", "com.example.app:/cb");
    let page = browser.authorize(&native).await;
    let csp = page.header("content-security-policy").unwrap();
    assert!(
        csp.contains("form-action 'self' com.example.app:;"),
        "{csp}"
    );
    let answer = browser.allow(&page).await;
    assert!(answer.location().starts_with("com.example.app:/cb?code="));
    // Loopback is http: the page.
    let loopback = Authorize::of("native", "http://127.0.0.1:5000/cb");
    let page = browser.authorize(&loopback).await;
    let page = browser.allow(&page).await;
    handed_off(&page, "http://127.0.0.1:5000/cb?code=");
}

#[tokio::test(flavor = "multi_thread")]
async fn ge_08_ar_01_a_second_request_gets_a_code_at_once() {
    let server: TestServer = server().await;
    let mut browser = server.browser();
    let first = browser.code(&Authorize::base()).await;
    let interactions = server.rows().await.interactions;
    let answer = browser.get(&Authorize::base().path()).await;
    let second = answer.location_param("code").unwrap();
    assert_ne!(first, second);
    // IX-01: nobody had anything to do, so no row was written.
    assert_eq!(server.rows().await.interactions, interactions);
    server.redeem(&second).await.ok();
}
