#![expect(
    clippy::needless_pass_by_value,
    reason = "json!(…) reads better without &"
)]

use loco_rs::environment::Environment::{self, Development, Production, Test};
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

const SERVER: &str = "http://localhost:5150";
const LONG: &str = "0123456789abcdef0123456789abcdef";

fn read(block: Value, environment: &Environment) -> Result<Settings, SettingsError> {
    Settings::from_config(Some(&block), environment, SERVER, "demo")
}

fn settings(block: Value) -> Settings {
    read(block, &Development).unwrap_or_else(|error| panic!("{error}"))
}

fn findings(block: Value, environment: &Environment) -> Vec<String> {
    let error = read(block, environment).expect_err("settings that are wrong");
    error.to_string().lines().map(str::to_owned).collect()
}

/// Asserts that there is one finding, that it begins with `key`, and that its text has `part`.
fn assert_one_finding(block: Value, key: &str, part: &str) {
    let found = findings(block, &Development);
    let start = format!("oauth_server: {key}: ");
    assert!(
        matches!(found.as_slice(), [one] if one.starts_with(&start) && one.contains(part)),
        "{key}, {part}: {found:#?}"
    );
}

#[test]
fn an_absent_block_means_defaults_outside_production() {
    let settings = Settings::from_config(None, &Test, SERVER, "demo").expect("defaults");
    let empty = read(Value::Null, &Test).expect("defaults");
    assert_eq!(format!("{settings:?}"), format!("{empty:?}"));
    insta::assert_debug_snapshot!("defaults_of_every_setting", settings);
}

#[test]
fn st_04_production_needs_the_block_base_url_and_secret() {
    let error = Settings::from_config(None, &Production, SERVER, "demo").expect_err("no block");
    insta::assert_snapshot!("production_without_block", error);
    assert!(
        read(
            json!({"base_url": "https://app.example", "secret": LONG}),
            &Production
        )
        .is_ok()
    );
}

#[rstest]
#[case("http://app.example", false)]
#[case("http://localhost:5150", true)]
#[case("http://127.0.0.1:5150", true)]
#[case("http://[::1]:5150", true)]
#[case("https://app.example", true)]
fn st_04_http_in_production_only_on_loopback(#[case] base_url: &str, #[case] good: bool) {
    let block = json!({"base_url": base_url, "secret": LONG});
    assert_eq!(read(block, &Production).is_ok(), good);
}

#[test]
fn what_the_generator_writes_is_good() {
    let development = json!({
        "base_url": "http://localhost:5150",
        "enable_end_session": true,
        "allow_dynamic_client_registration": false,
    });
    assert!(settings(development).enable_end_session);
    let production = json!({
        "base_url": "https://app.example",
        "secret": LONG,
        "keys": {"directory": "/keys", "passphrase": "phrase"},
        "enable_end_session": true,
    });
    assert!(read(production, &Production).is_ok());
    let test = json!({
        "base_url": "http://localhost:5150",
        "keys": {"directory": "target/oauth_keys", "id_token_alg": "ES256"},
        "enable_end_session": true,
        "rate_limits": {"login": null, "signup": null},
    });
    let test = read(test, &Test).expect("test settings");
    assert_eq!(test.rate_limits.get(&RateLimitEntry::Login), Some(&None));
    assert_eq!(test.rate_limits.get(&RateLimitEntry::Token), None);
}

#[test]
fn every_finding_comes_at_once() {
    let block = json!({
        "route_prefix": "/auth",
        "acess_token_ttl_seconds": 60,
        "access_token_ttl_seconds": 5,
        "state_ttl_seconds": "600",
        "issuer": "https://other.example/",
        "default_scopes": ["openid", "reed"],
        "keys": {"passphrase": 12345, "algorithm": "ES256"},
        "resources": [
            {"prefix": "/mcp", "scope": ["a"], "access_token_ttl_seconds": 1},
            {"prefix": "/mcp/"},
        ],
        "clients": [{"client_id": "web", "redirect_uris": ["http://app.example/cb"], "jwks": {}}],
        "trust_policy": [],
        "profile": "fapi2",
        "rate_limits": {"logn": null},
    });
    insta::assert_snapshot!(
        "every_finding_at_once",
        findings(block, &Development).join("\n")
    );
}

#[rstest]
#[case("route_prefix", "`prefix`")]
#[case("resource_server_url", "`resources`")]
#[case("resource_scopes", "`resources[].scopes`")]
fn st_01_renamed_keys(#[case] key: &str, #[case] replacement: &str) {
    assert_one_finding(json!({key: "x"}), key, replacement);
}

#[rstest]
#[case("adapter", "derive")]
#[case("client_id", "`clients`")]
#[case("client_secret", "`clients`")]
#[case("redirect_uris", "`clients`")]
#[case("static_client_require_pkce", "`clients`")]
#[case("default_scope", "`default_scopes`")]
#[case("code_challenge_method", "S256 is the only method")]
#[case("request_uri_resolver", "`jar`")]
#[case("select_account_resolver", "hook")]
#[case(
    "client_assertion_accepts_token_endpoint",
    "`client_assertion_audience`"
)]
fn st_02_keys_of_the_reference(#[case] key: &str, #[case] replacement: &str) {
    assert_one_finding(json!({key: "x"}), key, replacement);
}

#[rstest]
#[case(json!({"isuer": "x"}), "isuer", "`issuer`")]
#[case(json!({"keys": {"passphrse": "x"}}), "keys.passphrse", "`passphrase`")]
#[case(json!({"cleanup": {"pausems": 1}}), "cleanup.pausems", "`pause_ms`")]
#[case(json!({"token_prefixes": {"acces_token": "x"}}), "token_prefixes.acces_token", "`access_token`")]
#[case(json!({"scopes": {"read": {"descr": "x"}}}), "scopes.read.descr", "known here: description, sensitive")]
#[case(json!({"resources": [{"prefix": "/a", "nam": "x"}]}), "resources[0].nam", "`name`")]
#[case(json!({"clients": [{"client_id": "a", "client_secret": LONG, "redirect_uri": "x"}]}), "clients[0].redirect_uri", "`redirect_uris`")]
#[case(json!({"rate_limits": {"token": [{"limit": 1, "second": 1}]}}), "rate_limits.token[0].second", "`seconds`")]
#[case(json!({"completely_else": 1}), "completely_else", "known here: base_url, issuer")]
fn st_03_unknown_keys_at_every_level(#[case] block: Value, #[case] key: &str, #[case] part: &str) {
    assert_one_finding(block, key, part);
}

#[rstest]
#[case(json!({"trust_policy": []}), "trust_policy")]
#[case(json!({"profile": "fapi2"}), "profile")]
#[case(json!({"clients": [{"client_id": "a", "introspection_signed_response_alg": "ES256"}]}), "clients[0].introspection_signed_response_alg")]
#[case(json!({"clients": [{"client_id": "a", "software_id": "x"}]}), "clients[0].software_id")]
fn later_features_are_refused_in_so_many_words(#[case] block: Value, #[case] key: &str) {
    let found = findings(block, &Development);
    let start = format!("oauth_server: {key}: ");
    assert!(
        found
            .iter()
            .any(|line| line.starts_with(&start) && line.contains("not available")),
        "{found:#?}"
    );
}

#[rstest]
#[case(json!({"dpop": {"enabled": false, "required": true}}), "dpop.required", "switch dpop on")]
#[case(json!({"dpop": {"enabled": false, "nonce": true}}), "dpop.nonce", "switch dpop on")]
#[case(json!({"dpop": {"proof_lifetime_seconds": 5}}), "dpop.proof_lifetime_seconds", "10")]
#[case(json!({"dpop": {"lifetime": 5}}), "dpop.lifetime", "known here")]
#[case(
    json!({"dpop": {"enabled": false}, "resources": [{"prefix": "/a", "dpop_bound_access_tokens": true}]}),
    "resources[0].dpop_bound_access_tokens",
    "switch dpop on"
)]
#[case(
    json!({"dpop": {"enabled": false}, "clients": [
        {"client_id": "a", "client_secret": LONG, "dpop_bound_access_tokens": true},
    ]}),
    "clients[0].dpop_bound_access_tokens",
    "dpop.enabled"
)]
fn st_11_a_demand_for_proofs_that_nobody_reads(
    #[case] block: Value,
    #[case] key: &str,
    #[case] part: &str,
) {
    assert_one_finding(block, key, part);
}

#[rstest]
#[case("https://app.example/", "write https://app.example/t1")]
#[case("https://app.example/t1/", "write https://app.example/t1")]
#[case("https://other.example/t1", "write https://app.example/t1")]
#[case("https://app.example:443/t1", "write https://app.example/t1")]
#[case("https://APP.example/t1", "write https://app.example/t1")]
#[case("https://app.example/t1?x=1", "write https://app.example/t1")]
#[case("https://app.example/t1#x", "write https://app.example/t1")]
#[case("https://u@app.example/t1", "write https://app.example/t1")]
#[case("https://app.example/x/../t1", "write https://app.example/t1")]
#[case("app.example", "write https://app.example/t1")]
fn st_05_issuer(#[case] issuer: &str, #[case] fix: &str) {
    let base_url = "https://app.example/t1";
    assert_one_finding(
        json!({"base_url": base_url, "issuer": issuer}),
        "issuer",
        fix,
    );
}

#[rstest]
#[case("https://app.example/", Some("https://app.example"))]
#[case("https://app.example/t1", Some("https://app.example/t1"))]
#[case("https://APP.example", None)]
#[case("https://app.example:443", None)]
#[case("https://app.example//", None)]
#[case("https://app.example?", None)]
#[case("ftp://app.example", None)]
#[case("app.example", None)]
fn base_url_in_normal_form(#[case] written: &str, #[case] resolved: Option<&str>) {
    let settings = read(json!({"base_url": written}), &Development).ok();
    assert_eq!(
        settings.map(|settings| settings.base_url).as_deref(),
        resolved
    );
}

#[rstest]
#[case("", true)]
#[case("/oauth", true)]
#[case("/a/b-c_d", true)]
#[case("oauth", false)]
#[case("/oauth/", false)]
#[case("/", false)]
#[case("/a//b", false)]
#[case("/a/../b", false)]
#[case("/{a}", false)]
#[case("/.well-known/x", false)]
fn a_prefix_is_a_plain_path(#[case] prefix: &str, #[case] good: bool) {
    assert_eq!(read(json!({"prefix": prefix}), &Development).is_ok(), good);
}

#[rstest]
#[case(json!({"default_scopes": ["reed"]}), "default_scopes[0]")]
#[case(json!({"advertised_scopes": ["reed"]}), "advertised_scopes[0]")]
#[case(json!({"client_credentials_default_scopes": ["reed"]}), "client_credentials_default_scopes[0]")]
#[case(json!({"scope_expirations": {"reed": 60}}), "scope_expirations.reed")]
#[case(json!({"resources": [{"prefix": "/a", "default_scopes": ["reed"]}]}), "resources[0].default_scopes[0]")]
#[case(json!({"resources": [{"prefix": "/a", "scopes": ["a"], "implied_scopes": {"a": ["reed"]}}]}), "resources[0].implied_scopes.a")]
#[case(json!({"clients": [{"client_id": "a", "redirect_uris": ["https://a.example/"], "scopes": ["reed"]}]}), "clients[0].scopes")]
fn st_06_undefined_scopes(#[case] block: Value, #[case] key: &str) {
    assert_one_finding(block, key, "scope");
}

#[test]
fn st_07_resources() {
    let twice = json!({"resources": [{"prefix": "/mcp"}, {"uri": "http://localhost:5150/mcp/"}]});
    assert_one_finding(twice, "resources[1]", "the same resource as resources[0]");
    let unknown = json!({"resources": [{"prefix": "/mcp"}], "default_resource": "/api"});
    assert_one_finding(unknown, "default_resource", "http://localhost:5150/mcp");
    for name in ["/mcp", "http://LOCALHOST:5150/mcp/"] {
        let block = json!({"resources": [{"prefix": "/mcp"}], "default_resource": name});
        let expected = Some("http://localhost:5150/mcp".to_owned());
        assert_eq!(settings(block).default_resource, expected);
    }
}

#[test]
fn resources_are_resolved() {
    let settings = settings(json!({
        "access_token_ttl_seconds": 600,
        "keys": {"access_token_alg": "EdDSA"},
        "resources": [
            {"prefix": "/mcp/", "scopes": ["mcp:read", {"name": "mcp:write", "sensitive": true}]},
            {"uri": "https://api.example", "token_format": "jwt", "access_token_ttl_seconds": 60},
        ],
    }));
    insta::assert_debug_snapshot!("resolved_resources", settings.resources);
    assert!(
        settings
            .scope("mcp:write")
            .is_some_and(|scope| scope.sensitive)
    );
    assert_eq!(
        settings.advertised_scopes.join(" "),
        "openid profile email offline_access mcp:read mcp:write"
    );
}

#[rstest]
#[case(json!({}), "resources[0]")]
#[case(json!({"prefix": "/a", "uri": "https://a.example"}), "resources[0]")]
#[case(json!({"prefix": "mcp"}), "resources[0].prefix")]
#[case(json!({"prefix": "/mcp#x"}), "resources[0].prefix")]
#[case(json!({"uri": "urn:x"}), "resources[0].uri")]
#[case(json!({"prefix": "/a", "scopes": ["openid"]}), "resources[0].scopes[0]")]
#[case(json!({"prefix": "/a", "scopes": ["a b"]}), "resources[0].scopes[0]")]
#[case(json!({"prefix": "/a", "tos_uri": "x"}), "resources[0].tos_uri")]
fn resource_entries(#[case] entry: Value, #[case] key: &str) {
    assert_one_finding(json!({"resources": [entry]}), key, "");
}

mod clients;
mod exchange;
mod metadata;
mod registration;
mod values;
