//! The app's own pages in place of ours (settings `login_url`, `signup_url` and their like).

use serde_json::{Value, json};

use crate::app::{
    browser::Authorize,
    server::{TestServer, param},
};

/// The app's page that a step leads to, and the intent it is told.
#[derive(Clone, Copy)]
struct Target<'a> {
    page: &'a str,
    intent: &'a str,
}

/// The step's 303 leads to the page with id, intent and way back, and nothing else.
async fn leads_to(settings: Value, prompt: &str, target: Target<'_>) {
    let Target { page, intent } = target;
    let server = TestServer::with(settings).await;
    let mut browser = server.browser();
    if intent != "login" && intent != "create" {
        browser.sign_in().await;
    }
    let request = Authorize::base()
        .with("prompt", prompt)
        .with("login_hint", "x");
    let answer = browser.get(&request.path()).await;
    let location = answer.location();
    assert!(location.starts_with(page), "{location}");
    let id = param(location, "interaction").unwrap();
    assert_eq!(id, server.interactions().await[0].state);
    assert_eq!(id.len(), 22);
    assert_eq!(param(location, "intent").as_deref(), Some(intent));
    let back = format!("https://as.example/oauth/continue?interaction={id}");
    assert_eq!(param(location, "return_to"), Some(back.clone()));
    let location = url::Url::parse(location).unwrap();
    let names: Vec<_> = location
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    assert!(names.ends_with(&["interaction", "intent", "return_to"].map(str::to_owned)));
    assert_eq!(names.len(), if page.contains('?') { 4 } else { 3 });
    // The way back works and leads here again: nothing was done.
    let again = browser.get(&back).await;
    assert!(again.location().starts_with(page));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_has_its_own_page() {
    let cases = [
        ("login_url", "/my/login", "", "login"),
        ("login_url", "https://www.example/in?x=1", "login", "login"),
        ("signup_url", "/my/join", "create", "create"),
        (
            "select_account_url",
            "/my/who",
            "select_account",
            "select_account",
        ),
        ("consent_url", "/my/consent", "", "consent"),
    ];
    for (setting, page, prompt, intent) in cases {
        let expected = if page.starts_with('/') {
            format!("https://as.example{page}")
        } else {
            page.to_owned()
        };
        let target = Target {
            page: &expected,
            intent,
        };
        leads_to(json!({ setting: page }), prompt, target).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nx_01_without_sign_up_create_leads_to_the_own_login_page() {
    let settings = json!({ "enable_signup": false, "login_url": "/my/login" });
    let target = Target {
        page: "https://as.example/my/login",
        intent: "create",
    };
    leads_to(settings, "create", target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_pages_link_to_the_own_ones() {
    let server = TestServer::with(json!({ "signup_url": "/my/join" })).await;
    let page = server.browser().authorize(&Authorize::base()).await;
    let link = "href=\"https://as.example/my/join?interaction=";
    assert!(page.body.contains(link), "{}", page.body);
    let page = server.get("/oauth/login").await;
    assert!(page.body.contains("href=\"https://as.example/my/join\""));
}
