use super::*;
use crate::protocol::client::{ApplicationType, AuthMethod, Client, GrantType};

fn client(entry: Value) -> Client {
    let settings = settings(json!({"scopes": {"jobs": null}, "clients": [entry]}));
    let client = settings.clients.into_iter().next().expect("one client");
    std::sync::Arc::unwrap_or_clone(client)
}

#[test]
fn s3_7_defaults_of_a_public_client() {
    let client = client(json!({"client_id": "spa", "redirect_uris": ["https://spa.example/cb"]}));
    assert_eq!(client.token_endpoint_auth_method, AuthMethod::None);
    assert_eq!(
        client.grant_types,
        [GrantType::AuthorizationCode, GrantType::RefreshToken]
    );
    assert_eq!(client.response_types, ["code"]);
    assert_eq!(client.application_type, ApplicationType::Web);
    assert_eq!((client.scopes, client.resources), (None, None));
    assert!(client.require_pkce && !client.skip_consent);
}

#[test]
fn s3_7_defaults_of_a_machine() {
    let client = client(json!({"client_id": "m2m", "client_secret": LONG, "scopes": ["jobs"]}));
    assert_eq!(
        client.token_endpoint_auth_method,
        AuthMethod::ClientSecretBasic
    );
    assert_eq!(client.grant_types, [GrantType::ClientCredentials]);
    assert!(client.response_types.is_empty());
    assert_eq!(client.secrets.len(), 1);
}

#[test]
fn id_01_static_secrets_are_plain_sha_256() {
    // printf %s 0123456789abcdef0123456789abcdef | sha256sum
    let hash = "3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9";
    let in_clear = client(json!({"client_id": "a", "client_secret": LONG}));
    let hashed = client(json!({"client_id": "a", "client_secret_sha256": [hash]}));
    assert_eq!(in_clear.secrets, hashed.secrets);
    let two =
        json!({"client_id": "a", "client_secret_sha256": [hash.to_uppercase(), "00".repeat(32)]});
    let two = client(two);
    assert_eq!(two.secrets[0], in_clear.secrets[0]);
    assert_eq!(two.secrets.len(), 2);
}

#[rstest]
#[case(json!({"client_id": ""}), "client_id")]
#[case(json!({"client_id": "a b"}), "client_id")]
#[case(json!({"client_id": "a", "client_secret": "short"}), "client_secret")]
#[case(json!({"client_id": "a", "client_secret_sha256": ["00"]}), "client_secret_sha256")]
#[case(json!({"client_id": "a", "client_secret_sha256": []}), "client_secret_sha256")]
#[case(json!({"client_id": "a", "client_secret": LONG, "client_secret_sha256": [LONG]}), "client_secret_sha256")]
#[case(json!({"client_id": "a", "redirect_uris": ["http://app.example/cb"]}), "redirect_uris[0]")]
#[case(json!({"client_id": "a", "redirect_uris": ["https://app.example/cb"], "require_pkce": false}), "require_pkce")]
#[case(json!({"client_id": "a", "redirect_uris": ["http://localhost/cb"], "skip_consent": true}), "skip_consent")]
#[case(json!({"client_id": "a", "client_secret": LONG, "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"], "redirect_uris": ["https://a.example/"]}), "client_secret")]
#[case(json!({"client_id": "a", "token_endpoint_auth_method": "client_secret_post", "redirect_uris": ["https://a.example/"]}), "client_secret")]
#[case(json!({"client_id": "a", "token_endpoint_auth_method": "private_key_jwt", "redirect_uris": ["https://a.example/"]}), "jwks")]
#[case(json!({"client_id": "a", "resources": ["https://b.example"], "redirect_uris": ["https://a.example/"]}), "resources[0]")]
#[case(json!({"client_id": "a"}), "grant_types")]
#[case(json!({"client_id": "a", "redirect_uris": ["https://a.example/", "myapp://cb"]}), "redirect_uris[1]")]
#[case(json!({"client_id": "a", "client_secret": LONG, "redirect_uris": ["cursor://x/cb"]}), "token_endpoint_auth_method")]
#[case(json!({"client_id": "a", "redirect_uris": ["https://a.example/"], "grant_types": ["authorization_code", "implicit"]}), "grant_types")]
#[case(json!({"client_id": "a", "redirect_uris": ["https://a.example/"], "client_uri": "http://a.example/"}), "client_uri")]
fn st_10_static_clients(#[case] entry: Value, #[case] member: &str) {
    let found = findings(json!({"clients": [entry]}), &Development);
    let start = format!("oauth_server: clients[0].{member}: ");
    assert!(
        found.iter().any(|line| line.starts_with(&start)),
        "{found:#?}"
    );
}

#[test]
fn st_09_pairwise_needs_a_secret_and_one_host() {
    let entry = |uris: &[&str]| json!({"client_id": "a", "redirect_uris": uris, "subject_type": "pairwise"});
    let one = entry(&["https://a.example/cb", "https://a.example:8443/cb"]);
    let two = entry(&["https://a.example/cb", "https://b.example/cb"]);
    let key = "clients[0].subject_type";
    assert_one_finding(json!({"clients": [one]}), key, "not available");
    assert_one_finding(
        json!({"clients": [two], "pairwise_secret": LONG}),
        key,
        "one host",
    );
    let good = settings(json!({"clients": [one], "pairwise_secret": LONG}));
    assert_eq!(good.clients[0].sector.as_deref(), Some("a.example"));
}

#[test]
fn ids_are_unique() {
    let entry = json!({"client_id": "a", "redirect_uris": ["https://a.example/"]});
    assert_one_finding(
        json!({"clients": [entry, entry]}),
        "clients[1].client_id",
        "twice",
    );
}

#[test]
fn the_operator_may_waive_pkce_and_consent_of_a_confidential_client() {
    let client = client(json!({
        "client_id": "conf",
        "client_secret": LONG,
        "redirect_uris": ["https://app.example/cb"],
        "scopes": ["openid", "email"],
        "require_pkce": false,
        "skip_consent": true,
    }));
    assert!(!client.require_pkce && client.skip_consent);
}

#[test]
fn co_02_the_version_follows_what_people_consented_under() {
    let entry = |name: &str, contact: &str| {
        json!({
            "client_id": "a",
            "redirect_uris": ["https://a.example/"],
            "client_name": name,
            "contacts": [contact],
        })
    };
    let version = |name, contact| client(entry(name, contact)).version;
    assert_eq!(
        version("Shop", "x@a.example"),
        version("Shop", "y@a.example")
    );
    assert_ne!(
        version("Shop", "x@a.example"),
        version("Store", "x@a.example")
    );
}

fn jwks() -> Value {
    let coordinate = "A".repeat(43);
    json!({"keys": [{"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate}]})
}

#[test]
fn st_10_a_client_that_signs() {
    let client = client(json!({
        "client_id": "signer", "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(),
        "token_endpoint_auth_signing_alg": "ES256", "scopes": ["jobs"],
    }));
    assert_eq!(client.token_endpoint_auth_method, AuthMethod::PrivateKeyJwt);
    assert_eq!(client.grant_types, [GrantType::ClientCredentials]);
    assert_eq!(client.jwks, Some(jwks()));
    assert!(client.secrets.is_empty() && client.is_confidential());
}

/// ST-10: keys and no secret; one source of keys, public ones, at a public address.
#[rstest]
#[case(json!({}), "jwks")]
#[case(json!({"jwks": jwks(), "client_secret": LONG}), "client_secret")]
#[case(json!({"jwks": jwks(), "jwks_uri": "https://a.example/keys"}), "jwks")]
#[case(json!({"jwks": {"keys": []}}), "jwks")]
#[case(json!({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}), "jwks")]
#[case(json!({"jwks_uri": "http://a.example/keys"}), "jwks_uri")]
#[case(json!({"jwks_uri": "https://10.0.0.1/keys"}), "jwks_uri")]
#[case(json!({"jwks": jwks(), "token_endpoint_auth_signing_alg": "HS256"}), "token_endpoint_auth_signing_alg")]
fn st_10_clients_that_cannot_sign(#[case] changes: Value, #[case] key: &str) {
    let mut entry = json!({
        "client_id": "a", "token_endpoint_auth_method": "private_key_jwt", "scopes": ["openid"],
    });
    for (name, value) in changes.as_object().expect("members") {
        entry[name] = value.clone();
    }
    assert_one_finding(
        json!({"clients": [entry]}),
        &format!("clients[0].{key}"),
        "",
    );
}

/// ST-09: several redirect hosts need a sector document; its host is the sector.
#[test]
fn st_09_a_sector_document() {
    let mut entry = json!({
        "client_id": "a", "subject_type": "pairwise",
        "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
    });
    let settings = |entry: &Value| json!({"pairwise_secret": LONG, "clients": [entry]});
    assert_one_finding(
        settings(&entry),
        "clients[0].subject_type",
        "sector_identifier_uri",
    );
    entry["sector_identifier_uri"] = json!("https://sector.example/uris.json");
    let read = super::settings(settings(&entry));
    assert_eq!(read.clients[0].sector.as_deref(), Some("sector.example"));
}
