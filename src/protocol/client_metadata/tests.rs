use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::protocol::client::{ApplicationType, AuthMethod, SubjectType};

fn convert(metadata: Value, scope_rule: ScopeRule) -> Result<Client, Vec<MetadataError>> {
    let scopes = ["openid", "read", "write"].map(str::to_owned);
    let policy = MetadataPolicy {
        scopes: &scopes,
        scope_rule,
        algorithms: &[SigningAlg::ES256],
        grants: &[
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::ClientCredentials,
        ],
        pairwise: true,
    };
    let identity = ClientIdentity {
        client_id: "client_x".into(),
        kind: ClientKind::Dynamic,
    };
    let metadata: ClientMetadata = serde_json::from_value(metadata).expect("metadata");
    metadata.into_client(identity, &policy)
}

fn with(member: &str, value: Value) -> Value {
    let mut metadata = json!({"redirect_uris": ["https://app.example/cb"]});
    metadata[member] = value;
    metadata
}

#[test]
fn s13_2_defaults() {
    let client = convert(with("unknown_member", json!(1)), ScopeRule::Cut).expect("client");
    assert_eq!(
        client.token_endpoint_auth_method,
        AuthMethod::ClientSecretBasic
    );
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(client.response_types, ["code"]);
    assert_eq!(client.application_type, ApplicationType::Web);
    assert_eq!(client.subject_type, SubjectType::Public);
    assert_eq!(client.scopes, None);
    assert!(client.require_pkce && !client.skip_consent);
}

#[rstest]
#[case("redirect_uris", json!(null), "redirect_uris", MetadataRule::RedirectUriNeeded)]
#[case("redirect_uris", json!([]), "redirect_uris", MetadataRule::RedirectUriNeeded)]
#[case("redirect_uris", json!(vec!["https://a.example/"; 21]), "redirect_uris", MetadataRule::TooMany)]
#[case("post_logout_redirect_uris", json!(vec!["https://a.example/"; 21]), "post_logout_redirect_uris", MetadataRule::TooMany)]
#[case("token_endpoint_auth_method", json!("private_key_jwt"), "token_endpoint_auth_method", MetadataRule::AuthMethod)]
#[case("token_endpoint_auth_method", json!("client_secret_jwt"), "token_endpoint_auth_method", MetadataRule::AuthMethod)]
#[case("grant_types", json!(["implicit"]), "grant_types", MetadataRule::GrantType)]
#[case("grant_types", json!([]), "grant_types", MetadataRule::GrantType)]
#[case("grant_types", json!(["refresh_token"]), "grant_types", MetadataRule::RefreshAlone)]
#[case("response_types", json!(["token"]), "response_types", MetadataRule::ResponseType)]
#[case("response_types", json!(["code", "code id_token"]), "response_types", MetadataRule::ResponseType)]
#[case("response_types", json!([]), "response_types", MetadataRule::ResponseTypeGrant)]
#[case("scope", json!("re\"ad"), "scope", MetadataRule::ScopeSyntax)]
#[case("scope", json!("admin"), "scope", MetadataRule::UnknownScope)]
#[case("client_name", json!("x".repeat(201)), "client_name", MetadataRule::Name)]
#[case("client_name", json!("\u{200b} "), "client_name", MetadataRule::Name)]
#[case("client_uri", json!("http://app.example"), "client_uri", MetadataRule::HttpsUrl)]
#[case("logo_uri", json!("javascript:alert(1)"), "logo_uri", MetadataRule::HttpsUrl)]
#[case("tos_uri", json!("https://u:p@app.example"), "tos_uri", MetadataRule::HttpsUrl)]
#[case("policy_uri", json!(format!("https://a.example/{}", "a".repeat(2000))), "policy_uri", MetadataRule::TooLong)]
#[case("application_type", json!("spa"), "application_type", MetadataRule::ApplicationType)]
#[case("subject_type", json!("other"), "subject_type", MetadataRule::SubjectType)]
#[case("id_token_signed_response_alg", json!("none"), "id_token_signed_response_alg", MetadataRule::Algorithm)]
#[case("id_token_signed_response_alg", json!("HS256"), "id_token_signed_response_alg", MetadataRule::Algorithm)]
#[case("id_token_signed_response_alg", json!("RS256"), "id_token_signed_response_alg", MetadataRule::Algorithm)]
#[case("default_max_age", json!(-1), "default_max_age", MetadataRule::Negative)]
#[case("contacts", json!(vec!["a"; 21]), "contacts", MetadataRule::TooMany)]
fn s13_2_rules(
    #[case] member: &str,
    #[case] value: Value,
    #[case] at: &str,
    #[case] rule: MetadataRule,
) {
    let errors = convert(with(member, value), ScopeRule::Cut).expect_err("bad metadata");
    assert_eq!(errors, [MetadataError::new(at, rule)]);
    let expected = match at {
        "redirect_uris" => "invalid_redirect_uri",
        _ => "invalid_client_metadata",
    };
    assert_eq!(errors[0].code().as_str(), expected);
}

#[test]
fn rg_06_redirect_uris_come_first() {
    let metadata = json!({
        "redirect_uris": ["https://app.example/cb#"],
        "application_type": "spa",
        "default_max_age": -1,
    });
    let errors = convert(metadata, ScopeRule::Cut).expect_err("bad metadata");
    assert_eq!(errors[0].member, "redirect_uris[0]");
    assert_eq!(errors.len(), 3);
}

#[test]
fn c153_client_credentials_need_authentication() {
    let metadata =
        json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"});
    let errors = convert(metadata, ScopeRule::Cut).expect_err("bad metadata");
    assert_eq!(
        errors,
        [MetadataError::new(
            "grant_types",
            MetadataRule::PublicMachine
        )]
    );
}

#[test]
fn s13_2_scopes_are_cut_or_refused() {
    let metadata = with("scope", json!("write admin read write"));
    let cut = convert(metadata.clone(), ScopeRule::Cut).expect("client");
    assert_eq!(
        cut.scopes,
        Some(vec!["write".to_owned(), "read".to_owned()])
    );
    let errors = convert(metadata, ScopeRule::Refuse).expect_err("bad metadata");
    assert_eq!(
        errors,
        [MetadataError::new("scope", MetadataRule::UnknownScope)]
    );
}

#[test]
fn pg_09_the_name_is_cleaned() {
    let client = convert(
        with("client_name", json!(" Shop\u{202e}\n ")),
        ScopeRule::Cut,
    );
    assert_eq!(client.expect("client").client_name.as_deref(), Some("Shop"));
}

#[test]
fn c152_members_of_the_server_are_ignored() {
    let metadata = json!({
        "redirect_uris": ["https://app.example/cb"],
        "client_id": "mine",
        "client_secret": "mine",
        "skip_consent": true,
        "require_pkce": false,
    });
    let client = convert(metadata, ScopeRule::Cut).expect("client");
    assert_eq!(client.client_id, "client_x");
    assert!(client.secrets.is_empty() && client.require_pkce && !client.skip_consent);
}

#[rstest]
#[case(&["https://a.example/1", "https://a.example:8443/2"], Some("a.example"))]
#[case(&["https://a.example/", "https://b.example/"], None)]
#[case(&["com.example.app:/cb"], None)]
fn st_09_pairwise_sector(#[case] uris: &[&str], #[case] sector: Option<&str>) {
    let metadata = json!({"redirect_uris": uris, "subject_type": "pairwise"});
    let client = convert(metadata, ScopeRule::Cut).ok();
    assert_eq!(client.and_then(|client| client.sector).as_deref(), sector);
}
