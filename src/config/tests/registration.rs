use super::*;
use crate::protocol::time::Seconds;

fn scopes(block: Value) -> (String, String) {
    let registration = settings(block).registration;
    (
        registration.default_scopes.join(" "),
        registration.allowed_scopes.join(" "),
    )
}

#[test]
fn s3_3_defaults_of_registration() {
    let registration = settings(json!({})).registration;
    assert!(!registration.enabled && !registration.anonymous && registration.require_pkce);
    assert_eq!(registration.max_unused_clients, 10_000);
    assert_eq!(registration.client_secret_ttl_seconds, Seconds::ZERO);
}

/// A client that names no scope can ask for everything it could have named.
#[rstest]
#[case(json!({}), "openid profile email offline_access r", "openid profile email offline_access r")]
#[case(
    json!({"default_scopes": ["openid"]}),
    "openid offline_access r",
    "openid offline_access r"
)]
#[case(
    json!({"client_registration_default_scopes": ["openid", "a"]}),
    "openid a",
    "openid a offline_access r"
)]
#[case(json!({"client_registration_allowed_scopes": ["a"]}), "a", "a")]
#[case(json!({"client_registration_allowed_scopes": ["a", "s"]}), "a s", "a s")]
#[case(json!({"default_scopes": ["openid", "s"]}), "openid offline_access r", "openid offline_access r")]
fn s3_3_scopes_of_registration(#[case] block: Value, #[case] default: &str, #[case] allowed: &str) {
    let mut block = block;
    block["scopes"] = json!({"a": {}, "b": {}, "s": {"sensitive": true}});
    // A scope that is sensitive, and one that comes with it over two steps, are in no default.
    block["resources"] = json!([
        {
            "prefix": "/r",
            "scopes": ["r", "all", "more", {"name": "delete", "sensitive": true}],
            "implied_scopes": {"all": ["more"], "more": ["delete"]},
        },
        {"prefix": "/other", "scopes": ["delete"]},
    ]);
    assert_eq!(scopes(block), (default.to_owned(), allowed.to_owned()));
}

#[rstest]
#[case(
    json!({"allow_unauthenticated_client_registration": true}),
    "allow_unauthenticated_client_registration",
    "allow_dynamic_client_registration"
)]
#[case(
    json!({"client_registration_default_scopes": ["reed"]}),
    "client_registration_default_scopes[0]",
    "nothing defines"
)]
#[case(
    json!({"client_registration_allowed_scopes": ["email", "reed"]}),
    "client_registration_allowed_scopes[1]",
    "nothing defines"
)]
#[case(
    json!({
        "client_registration_default_scopes": ["email", "openid"],
        "client_registration_allowed_scopes": ["email"],
    }),
    "client_registration_default_scopes",
    "client_registration_allowed_scopes"
)]
#[case(json!({"max_unused_clients": 0}), "max_unused_clients", "")]
#[case(
    json!({"client_registration_client_secret_ttl_seconds": -1}),
    "client_registration_client_secret_ttl_seconds",
    ""
)]
#[case(
    json!({"initial_access_token_hashes": [LONG]}),
    "initial_access_token_hashes[0]",
    "SHA-256"
)]
fn st_06_st_11_registration(#[case] block: Value, #[case] key: &str, #[case] part: &str) {
    let found = findings(block, &Development);
    let start = format!("oauth_server: {key}: ");
    assert!(
        found
            .iter()
            .all(|line| line.starts_with(&start) && line.contains(part)),
        "{found:#?}"
    );
}

/// RG-06: a scheme is a mistake only where it is none; one that is never a redirect has no effect.
#[test]
fn s13_3_schemes_of_the_settings() {
    let schemes = |block: Value| settings(block).registration.redirect_schemes.join(" ");
    let usual = "cursor vscode vscode-insiders windsurf zed claude";
    assert_eq!(schemes(json!({})), usual);
    assert_eq!(schemes(json!({"redirect_schemes": []})), "");
    assert_eq!(
        schemes(json!({"redirect_schemes": ["Notes", "web+x"]})),
        "notes web+x"
    );
    for wrong in ["cursor://", "com.example.app", "", "my app", "1x"] {
        let block = json!({"redirect_schemes": ["cursor", wrong]});
        assert_one_finding(block, "redirect_schemes[1]", "write the scheme alone");
    }
    let odd = settings(json!({"redirect_schemes": ["javascript", "cursor", "https"]}));
    let warnings = crate::boot::warnings::of(&odd);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0].contains("`javascript` has no effect"),
        "{warnings:?}"
    );
}

#[test]
fn st_11_hashes_of_tokens_are_not_printed() {
    let hash = "0123456789abcdef".repeat(4);
    let settings = settings(json!({"initial_access_token_hashes": [hash]}));
    assert_eq!(settings.registration.initial_access_tokens.len(), 1);
    assert!(!format!("{settings:?}").contains("0123456789"));
}

#[test]
fn s3_3_pkce_stays_on_in_production() {
    let block = json!({
        "base_url": "https://app.example",
        "secret": LONG,
        "client_registration_require_pkce": false,
    });
    assert!(
        settings(json!({"client_registration_require_pkce": false}))
            .pairwise_secret
            .is_none()
    );
    let found = findings(block, &Production);
    assert!(
        found[0].contains("client_registration_require_pkce"),
        "{found:#?}"
    );
}

#[test]
fn s3_3_anonymous_registration_in_production_is_warned_of() {
    let block = json!({
        "base_url": "https://app.example",
        "secret": LONG,
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    });
    let production = read(block.clone(), &Production).expect("settings");
    let warnings = crate::boot::warnings::of(&production);
    assert!(
        matches!(warnings.as_slice(), [one] if one.contains("allow_unauthenticated_client_registration")),
        "{warnings:?}"
    );
    let development = settings(block);
    assert_eq!(
        crate::boot::warnings::of(&development),
        Vec::<String>::new()
    );
}
