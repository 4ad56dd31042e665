//! Filters for snapshots.

/// Filters for `insta`: codes, tokens, ids, times, `jti`, `kid`, `state`, `nonce`, cookies and CSRF
/// tokens become their names, and nothing else changes.
///
/// ```
/// # use loco_oauth_server::testing::redactions;
/// let settings = insta::Settings::clone_current();
/// insta::with_settings!({ filters => redactions() }, {
///     // assert_yaml_snapshot!(…)
/// });
/// # drop(settings);
/// ```
pub fn redactions() -> Vec<(&'static str, &'static str)> {
    vec![
        // In forms and links of pages.
        (
            r#"name="(csrf_token|interaction)" value="[^"]+""#,
            r#"name="$1" value="[$1]""#,
        ),
        // In URLs and form bodies.
        (
            r"\b(code|state|interaction|access_token|refresh_token|id_token_hint|csrf_token)=[A-Za-z0-9._~%-]{16,}",
            "$1=[$1]",
        ),
        (
            r"\b((?:__Host-)?oauth_(?:session|browser))=[A-Za-z0-9._-]+",
            "$1=[cookie]",
        ),
        // In JSON.
        (
            r#""(access_token|refresh_token|id_token|nonce|registration_access_token|client_secret|jti|sid|kid|at_hash|interaction|csrf_token)": "[A-Za-z0-9._-]{8,}""#,
            r#""$1": "[$1]""#,
        ),
        // In YAML, where a value that begins with a hyphen has quotes.
        (
            r#"\b(access_token|refresh_token|id_token|nonce|registration_access_token|client_secret|jti|sid|kid|at_hash|interaction|csrf_token): "?[A-Za-z0-9._-]{8,}"?"#,
            "$1: [$1]",
        ),
        (
            r#"("?)\b(exp|iat|nbf|auth_time|updated_at|client_id_issued_at|client_secret_expires_at)("?): \d{10}\b"#,
            "${1}${2}${3}: [time]",
        ),
        // Values in any place.
        (
            r"\beyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
            "[jwt]",
        ),
        (r"\bloco_([a-z]{2,3})_[A-Za-z0-9_-]{43}", "[loco_$1]"),
        (r"\bclient_[A-Za-z0-9_-]{22}", "[client_id]"),
        (
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "[uuid]",
        ),
    ]
}
