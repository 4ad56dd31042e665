#![expect(
    clippy::needless_pass_by_value,
    reason = "json!(…) reads better without &"
)]

use loco_rs::environment::Environment;
use rstest::rstest;
use serde_json::{Value, json};

use super::Urls;
use crate::{config::Settings, protocol::route::Route};

fn urls(block: Value) -> Urls {
    let settings = Settings::from_config(
        Some(&block),
        &Environment::Test,
        "http://localhost:5150",
        "demo",
    );
    Urls::new(&settings.expect("good settings"))
}

#[test]
fn ur_02_ur_03_everything_comes_from_base_url() {
    let urls = urls(json!({"base_url": "https://as.example/"}));
    assert_eq!(urls.issuer, "https://as.example");
    assert_eq!(urls.of(Route::Token), "https://as.example/oauth/token");
    assert_eq!(
        urls.with(Route::Asset, "oauth.css"),
        "https://as.example/oauth/assets/oauth.css"
    );
    assert_eq!(urls.local(Route::Token), "/oauth/token");
    assert_eq!(urls.login_page, "https://as.example/oauth/login");
    assert_eq!(urls.after_login, "https://as.example/oauth/apps");
    assert_eq!(urls.after_logout, None);
}

#[test]
fn ur_03_the_prefix_may_be_the_root() {
    let urls = urls(json!({"prefix": ""}));
    assert_eq!(urls.of(Route::Jwks), "http://localhost:5150/jwks");
    assert_eq!(urls.local(Route::Jwks), "/jwks");
}

#[test]
fn ur_03_a_path_that_a_proxy_strips_is_not_in_local_paths() {
    let urls = urls(json!({"base_url": "https://as.example/t1"}));
    assert_eq!(urls.issuer, "https://as.example/t1");
    assert_eq!(urls.of(Route::Token), "https://as.example/t1/oauth/token");
    assert_eq!(urls.local(Route::Token), "/oauth/token");
    assert_eq!(urls.page("/login"), "https://as.example/t1/login");
    assert_eq!(urls.origin, "https://as.example");
}

#[rstest]
#[case::no_path(json!({"base_url": "https://as.example"}), &[
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
])]
#[case::issuer_path(json!({"base_url": "https://as.example", "issuer": "https://as.example/t1"}), &[
    "/.well-known/oauth-authorization-server/t1",
    "/.well-known/openid-configuration/t1",
    "/t1/.well-known/openid-configuration",
])]
#[case::fallbacks(
    json!({
        "base_url": "https://as.example",
        "issuer": "https://as.example/t1",
        "include_root_oauth_metadata_fallback": true,
        "include_root_openid_metadata_fallback": true,
    }),
    &[
        "/.well-known/oauth-authorization-server/t1",
        "/.well-known/openid-configuration/t1",
        "/t1/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ],
)]
#[case::stripped(json!({"base_url": "https://as.example/t1"}), &[
    "/.well-known/oauth-authorization-server/t1",
    "/.well-known/openid-configuration/t1",
    "/.well-known/openid-configuration",
])]
#[case::stripped_only_whole_segments(
    json!({"base_url": "https://as.example/t1", "issuer": "https://as.example/t10"}),
    &[
        "/.well-known/oauth-authorization-server/t10",
        "/.well-known/openid-configuration/t10",
        "/t10/.well-known/openid-configuration",
    ],
)]
fn c175_metadata_routes(#[case] block: Value, #[case] expected: &[&str]) {
    assert_eq!(urls(block).metadata_routes(), expected);
}

#[test]
fn pages_of_the_app() {
    let urls = urls(json!({
        "login_url": "/sign-in",
        "consent_url": "https://id.example/consent",
        "enable_signup": false,
        "after_logout_url": "/bye",
    }));
    assert_eq!(urls.login_page, "http://localhost:5150/sign-in");
    assert_eq!(urls.consent_page, "https://id.example/consent");
    assert_eq!(urls.signup_page, urls.login_page);
    assert_eq!(urls.select_account_page, urls.of(Route::SelectAccount));
    assert_eq!(
        urls.after_logout.as_deref(),
        Some("http://localhost:5150/bye")
    );
}

#[test]
fn own_origin_is_compared_exactly() {
    let urls = urls(json!({"base_url": "https://as.example/t1"}));
    assert!(urls.is_own_origin("https://as.example"));
    for other in [
        "https://as.example/",
        "http://as.example",
        "null",
        "",
        "https://AS.example",
    ] {
        assert!(!urls.is_own_origin(other), "{other}");
    }
}
