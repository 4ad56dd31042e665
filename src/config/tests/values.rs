use super::*;

#[rstest]
#[case("authorization_code_ttl_seconds", 29, 30, 600)]
#[case("access_token_ttl_seconds", 59, 60, 86400)]
#[case("m2m_access_token_ttl_seconds", 59, 60, 86400)]
#[case("refresh_token_ttl_seconds", 3599, 3600, 31_536_000)]
#[case("refresh_token_retry_window_seconds", -1, 0, 60)]
#[case("id_token_ttl_seconds", 59, 60, 86400)]
#[case("state_ttl_seconds", 59, 60, 3600)]
#[case("session_ttl_seconds", 299, 300, 31_536_000)]
#[case("session_idle_ttl_seconds", 299, 300, 31_536_000)]
fn s3_4_bounds(#[case] key: &str, #[case] below: i64, #[case] min: i64, #[case] max: i64) {
    for (value, good) in [(below, false), (min, true), (max, true), (max + 1, false)] {
        let block = json!({key: value, "refresh_token_max_ttl_seconds": 400_000_000});
        assert_eq!(read(block, &Development).is_ok(), good, "{key}: {value}");
    }
}

#[rstest]
#[case(json!({"cleanup": {"batch_size": 1001}}), "cleanup.batch_size")]
#[case(json!({"resources": [{"prefix": "/a", "access_token_ttl_seconds": 1}]}), "resources[0].access_token_ttl_seconds")]
#[case(json!({"refresh_token_max_ttl_seconds": 3600}), "refresh_token_max_ttl_seconds")]
#[case(json!({"acr_values": []}), "acr_values")]
#[case(json!({"secret": "short"}), "secret")]
#[case(json!({"pairwise_secret": "short"}), "pairwise_secret")]
#[case(json!({"grant_types": ["refresh_token"]}), "grant_types")]
#[case(json!({"grant_types": []}), "grant_types")]
#[case(json!({"token_prefixes": {"access_token": "a"}}), "token_prefixes.access_token")]
#[case(json!({"token_prefixes": {"access_token": "loco_"}}), "token_prefixes.access_token")]
#[case(json!({"token_prefixes": {"access_token": "a-b"}}), "token_prefixes.access_token")]
#[case(json!({"default_locale": "it"}), "default_locale")]
#[case(json!({"locales": ["en", "not a tag"]}), "locales[1]")]
#[case(json!({"session_exchange_origins": ["https://a.example/"]}), "session_exchange_origins[0]")]
#[case(json!({"login_url": "login"}), "login_url")]
#[case(json!({"signup_url": "//evil.example/x"}), "signup_url")]
#[case(json!({"consent_url": "javascript:1"}), "consent_url")]
#[case(json!({"select_account_url": "ftp://a.example"}), "select_account_url")]
#[case(json!({"post_login_url": "step"}), "post_login_url")]
#[case(json!({"after_login_url": "home"}), "after_login_url")]
#[case(json!({"after_logout_url": "https://a@b.example/"}), "after_logout_url")]
#[case(json!({"op_tos_uri": "/tos"}), "op_tos_uri")]
#[case(json!({"cookie_secure": false}), "cookie_secure")]
#[case(json!({"keys": {"pem": [], "directory": "x"}}), "keys")]
#[case(json!({"keys": {"id_token_alg": "HS256"}}), "keys.id_token_alg")]
#[case(json!({"rate_limits": {"token": [{"limit": 0, "seconds": 1}]}}), "rate_limits.token")]
fn other_values(#[case] block: Value, #[case] key: &str) {
    assert_one_finding(block, key, "");
}

#[rstest]
#[case("/oauth/login")]
#[case("http://localhost:5150/oauth/consent")]
#[case("/oauth/authorize?x=1")]
#[case("/oauth/session")]
#[case("/oauth/apps/17/revoke")]
fn st_11_a_page_of_the_app_is_not_one_of_ours(#[case] page: &str) {
    for key in [
        "login_url",
        "signup_url",
        "consent_url",
        "select_account_url",
        "post_login_url",
        "after_login_url",
        "after_logout_url",
    ] {
        assert_one_finding(json!({ key: page }), key, "own paths");
    }
}

#[test]
fn st_11_a_login_may_lead_to_the_connected_apps() {
    for page in ["/oauth/apps", "http://localhost:5150/oauth/apps"] {
        let settings = settings(json!({ "after_login_url": page }));
        assert_eq!(settings.after_login_url.as_deref(), Some(page));
        assert_one_finding(json!({ "login_url": page }), "login_url", "own paths");
    }
}

#[test]
fn developer_errors_are_for_development() {
    assert!(settings(json!({})).developer_errors);
    assert!(!read(json!({}), &Test).expect("test").developer_errors);
    let block = json!({"base_url": "https://a.example", "secret": LONG, "developer_errors": true});
    assert_eq!(findings(block, &Production).len(), 1);
}

#[test]
fn secrets_are_not_printed() {
    let block = json!({
        "secret": LONG,
        "pairwise_secret": LONG,
        "keys": {"pem": [LONG], "passphrase": LONG},
        "clients": [{
            "client_id": "web",
            "client_secret": LONG,
            "redirect_uris": ["https://a.example/cb"],
        }],
    });
    assert!(!format!("{:?}", settings(block)).contains("0123456789"));
    let wrong_types =
        json!({"secret": 123_456_789, "keys": {"pem": 123_456_789, "passphrase": 123_456_789}});
    let found = findings(wrong_types, &Development).join("\n");
    assert!(!found.contains("123456789"), "{found}");
}

#[test]
fn an_extra_certificate_authority_is_not_for_production() {
    let block = json!({"fetch": {"extra_ca_file": "/tmp/ca.pem"}});
    let settings = read(block.clone(), &Development).unwrap();
    assert_eq!(settings.fetch.extra_ca_file, Some("/tmp/ca.pem".into()));
    let found = findings(block, &Production);
    let start = "oauth_server: fetch.extra_ca_file: set in production";
    assert!(
        found.iter().any(|line| line.starts_with(start)),
        "{found:#?}"
    );
}

#[rstest]
#[case("client.example", true)]
#[case("client.example:8443", true)]
#[case("127.0.0.1:8443", true)]
#[case("[::1]:8443", true)]
#[case("Client.example", false)]
#[case("client.example:443", false)]
#[case("https://client.example", false)]
#[case("client.example/", false)]
#[case("user@client.example", false)]
#[case("client.example?", false)]
#[case("", false)]
fn ci_02_hosts_in_the_settings(#[case] host: &str, #[case] good: bool) {
    for list in ["allowed_hosts", "denied_hosts"] {
        let block = json!({"client_id_metadata_documents": {"enabled": true, list: [host]}});
        assert_eq!(read(block, &Development).is_ok(), good, "{host}");
    }
}

/// Loopback is for servers on a developer's machine.
#[rstest]
#[case("http://localhost:5150", true)]
#[case("http://127.0.0.1:5150", true)]
#[case("https://app.example", false)]
fn who_may_fetch_from_its_own_machine(#[case] base_url: &str, #[case] expected: bool) {
    let read = settings(json!({"base_url": base_url}));
    assert_eq!(read.fetches_from_own_machine(), expected);
}

/// CA-04: `any` unless the operator says otherwise.
#[test]
fn s_c6_audience_of_assertions() {
    use crate::config::AssertionAudience;
    let audience = |block| settings(block).client_assertion_audience;
    assert_eq!(audience(json!({})), AssertionAudience::Any);
    for (written, expected) in [
        ("any", AssertionAudience::Any),
        ("issuer", AssertionAudience::Issuer),
    ] {
        let block = json!({ "client_assertion_audience": written });
        assert_eq!(audience(block), expected);
    }
    let unknown = json!({ "client_assertion_audience": "token" });
    assert_one_finding(unknown, "client_assertion_audience", "issuer");
}

/// Whoever gets a scope has those that it implies: one that brings a sensitive one is sensitive.
#[test]
fn s_b1_a_scope_that_implies_a_sensitive_one_is_sensitive() {
    let resource = json!({
        "prefix": "/mcp",
        "scopes": ["read", "some", "all", {"name": "admin", "sensitive": true}],
        "implied_scopes": {"all": ["some"], "some": ["admin"]},
    });
    let settings = settings(json!({"resources": [resource]}));
    let sensitive =
        ["read", "some", "all", "admin", "other"].map(|name| settings.is_sensitive(name));
    assert_eq!(sensitive, [false, true, true, true, false]);
    assert_eq!(settings.default_scopes_of(&settings.resources[0]), ["read"]);
}

/// The written default scopes are used, else all scopes that nothing calls sensitive.
#[test]
fn s_c11_default_scopes_of_a_resource() {
    let settings = settings(json!({
        "scopes": { "a:admin": { "sensitive": true } },
        "resources": [
            { "prefix": "/a", "scopes": ["a:read", "a:write", "a:admin"] },
            { "prefix": "/b", "scopes": ["b:read", { "name": "b:pay", "sensitive": true }] },
            { "prefix": "/c", "scopes": ["c:read", "c:write"], "default_scopes": ["c:read"] },
            { "prefix": "/d" },
        ],
    }));
    let resources = settings.resources.iter();
    let defaults: Vec<String> = resources
        .map(|resource| settings.default_scopes_of(resource).join(" "))
        .collect();
    assert_eq!(defaults, ["a:read a:write", "b:read", "c:read", ""]);
}

/// AZ-11: nobody can be made to do what is switched off; PR-05: a handle lives for 5 to 600 seconds.
#[rstest]
#[case(json!({"par": {"enabled": false, "required": true}}), "par.required", "enabled: true")]
#[case(json!({"jar": {"required": true}}), "jar.required", "enabled: true")]
#[case(json!({"par": {"ttl_seconds": 4}}), "par.ttl_seconds", "")]
#[case(json!({"par": {"ttl_seconds": 601}}), "par.ttl_seconds", "")]
#[case(json!({"jar": {"enable": true}}), "jar.enable", "`enabled`")]
#[case(json!({"clients": [{"client_id": "a", "client_secret": LONG, "redirect_uris": ["https://a.example/cb"],
    "require_signed_request_object": true}]}), "clients[0].require_signed_request_object", "not available")]
#[case(json!({"par": {"enabled": false}, "clients": [{"client_id": "a", "client_secret": LONG,
    "redirect_uris": ["https://a.example/cb"], "require_pushed_authorization_requests": true}]}),
    "clients[0].require_pushed_authorization_requests", "not available")]
fn az_11_forms_of_requests(#[case] block: Value, #[case] key: &str, #[case] part: &str) {
    let found = findings(block, &Development);
    let start = format!("oauth_server: {key}: ");
    let is_told = |line: &String| line.starts_with(&start) && line.contains(part);
    assert!(found.iter().any(is_told), "{found:#?}");
}
