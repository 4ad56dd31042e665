//! Which language a page speaks (PG-06).

use serde_json::json;

use crate::app::{browser::Authorize, server::TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn pg_06_ui_locales_then_accept_language_then_the_default() {
    let server = TestServer::start().await;
    for (ui_locales, accepted, expected) in [
        ("de", Some("fr"), "de"),
        ("xx fr", Some("de"), "fr"),
        ("xx", Some("xx, ja;q=0.5, de;q=0.9"), "de"),
        ("", Some("pt"), "pt-BR"),
        ("", Some("xx"), "en"),
        ("", None, "en"),
    ] {
        let request = Authorize::base().with("ui_locales", ui_locales);
        let mut browser = server.browser();
        let started = browser.get(&request.path()).await;
        let page = server.http.get(server.url(started.location()));
        let page = match accepted {
            Some(accepted) => page.header("accept-language", accepted),
            None => page,
        };
        let page = browser.send(page).await;
        page.assert_page(200);
        assert_eq!(page.header("content-language"), Some(expected));
        assert!(page.body.contains(&format!("<html lang=\"{expected}\"")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pg_06_error_pages_speak_it_too() {
    let settings = json!({ "default_locale": "fr", "locales": ["fr", "de"] });
    let server = TestServer::with(settings).await;
    for (accepted, expected) in [("de", "de"), ("en", "fr")] {
        let request = server.http.get(server.url("/oauth/authorize"));
        let page = server
            .send(request.header("accept-language", accepted))
            .await;
        page.assert_page(400);
        assert_eq!(page.header("content-language"), Some(expected));
    }
}
